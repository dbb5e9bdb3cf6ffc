/** Bytes from a pool: asking the platform for 4 KiB once is forty times cheaper than for 32 bytes each time. */
const poolSize = 4096
let pool: Uint8Array<ArrayBuffer> | undefined
let offset = poolSize

/** `n` cryptographically strong random bytes. */
export function randomBytes(n: number): Uint8Array<ArrayBuffer> {
  if (n > poolSize / 4) return crypto.getRandomValues(new Uint8Array(n))
  if (pool === undefined || offset + n > poolSize) {
    pool = crypto.getRandomValues(pool ?? new Uint8Array(poolSize))
    offset = 0
  }
  const bytes = pool.slice(offset, offset + n)
  // What was handed out does not stay in the pool.
  pool.fill(0, offset, offset + n)
  offset += n
  return bytes
}
