/**
 * The size of the pool of random bytes. One call of the platform for 4 KiB is forty times cheaper than one per 32
 * bytes.
 */
const poolSize = 4096
let pool: Uint8Array<ArrayBuffer> | undefined
let offset = poolSize

/** Returns `n` cryptographically strong random bytes. */
export function randomBytes(n: number): Uint8Array<ArrayBuffer> {
  if (n > poolSize / 4) return crypto.getRandomValues(new Uint8Array(n))
  if (pool === undefined || offset + n > poolSize) {
    pool = crypto.getRandomValues(pool ?? new Uint8Array(poolSize))
    offset = 0
  }
  const bytes = pool.slice(offset, offset + n)
  // Bytes that were returned must not stay in the pool.
  pool.fill(0, offset, offset + n)
  offset += n
  return bytes
}
