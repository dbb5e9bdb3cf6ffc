import { type Bytes, encodeBase64url, encodeUtf8 } from './base64url.ts'
import { type SynchronousCrypto, synchronousCrypto, webCryptoSupports } from './platform.ts'

/**
 * Computes SHA-256 of a text, in base64url. Await the result: it is synchronous only where the platform supports that.
 */
export const sha256: (text: string) => string | Promise<string> = chooseSha256()

function chooseSha256(): (text: string) => string | Promise<string> {
  if (synchronousCrypto === undefined) {
    return async (text) => encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-256', encodeUtf8(text))))
  }
  const { hash, createHash } = synchronousCrypto
  if (hash !== undefined) return (text) => hash('sha256', text, 'base64url')
  return (text) => createHash('sha256').update(text).digest('base64url')
}

/** Computes SHA-512 of a text, in base64url. */
export async function sha512(text: string): Promise<string> {
  return encodeBase64url(new Uint8Array(await crypto.subtle.digest('SHA-512', encodeUtf8(text))))
}

/** Computes SHA-256 of bytes, in base64url. Await the result: it is synchronous only where the platform supports that. */
export function sha256OfBytes(bytes: Bytes): string | Promise<string> {
  if (synchronousCrypto !== undefined) return synchronousCrypto.createHash('sha256').update(bytes).digest('base64url')
  return crypto.subtle.digest('SHA-256', bytes).then((digest) => encodeBase64url(new Uint8Array(digest)))
}

/** SHAKE256 with 512 bits, as WebCrypto and its earlier draft name its length. */
const shake256 = { name: 'cSHAKE256', length: 512, outputLength: 512 }

/** Whether this platform computes SHAKE256. */
export function hasShake256(): boolean {
  return synchronousCrypto !== undefined || webCryptoSupports('digest', shake256)
}

/**
 * Computes the left half of a digest, in base64url, as `at_hash` of OpenID Connect Core section 3.1.3.6 has it. Await the
 * result, as that of `sha256`.
 */
export function leftHalfHash(text: string, digest: 'SHA-256' | 'SHA-512' | 'SHAKE256'): string | Promise<string> {
  if (synchronousCrypto !== undefined) return leftHalf(synchronousDigest(synchronousCrypto, text, digest))
  const parameters = digest === 'SHAKE256' ? shake256 : digest
  return crypto.subtle.digest(parameters, encodeUtf8(text)).then((bytes) => leftHalf(new Uint8Array(bytes)))
}

function leftHalf(bytes: Uint8Array): string {
  return encodeBase64url(bytes.subarray(0, bytes.length / 2))
}

/** The names of the digests for `synchronousCrypto`. */
const synchronousNames = { 'SHA-256': 'sha256', 'SHA-512': 'sha512' } as const

function synchronousDigest(
  { hash, createHash }: SynchronousCrypto,
  text: string,
  digest: 'SHA-256' | 'SHA-512' | 'SHAKE256',
): Uint8Array {
  if (digest === 'SHAKE256') return createHash('shake256', { outputLength: 64 }).update(text).digest()
  const name = synchronousNames[digest]
  return hash === undefined ? createHash(name).update(text).digest() : hash(name, text, 'buffer')
}
