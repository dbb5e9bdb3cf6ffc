import { type Bytes, encodeBase64url, encodeUtf8 } from './base64url.ts'
import { synchronousCrypto, webCryptoSupports } from './platform.ts'

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

/** Computes the left half of a digest, in base64url, as `at_hash` of OpenID Connect Core section 3.1.3.6 has it. */
export async function leftHalfHash(text: string, digest: 'SHA-256' | 'SHA-512' | 'SHAKE256'): Promise<string> {
  const bytes = await digestOf(text, digest)
  return encodeBase64url(bytes.subarray(0, bytes.length / 2))
}

/** The names of the digests for `synchronousCrypto`. */
const synchronousNames = { 'SHA-256': 'sha256', 'SHA-512': 'sha512', SHAKE256: 'shake256' } as const

async function digestOf(text: string, digest: 'SHA-256' | 'SHA-512' | 'SHAKE256'): Promise<Uint8Array> {
  if (synchronousCrypto !== undefined) {
    const options = digest === 'SHAKE256' ? { outputLength: 64 } : undefined
    return synchronousCrypto.createHash(synchronousNames[digest], options).update(text).digest()
  }
  const parameters = digest === 'SHAKE256' ? shake256 : digest
  return new Uint8Array(await crypto.subtle.digest(parameters, encodeUtf8(text)))
}
