import { decodeBase64url, encodeBase64url, encodeUtf8 } from './base64url.ts'
import { synchronousCrypto } from './platform.ts'

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

/** Computes the left half of a digest, in base64url, as `at_hash` of OpenID Connect Core section 3.1.3.6 has it. */
export async function leftHalfHash(text: string, digest: 'SHA-256' | 'SHA-512'): Promise<string> {
  const bytes =
    digest === 'SHA-256'
      ? (decodeBase64url(await sha256(text)) as Uint8Array)
      : new Uint8Array(await crypto.subtle.digest(digest, encodeUtf8(text)))
  return encodeBase64url(bytes.subarray(0, bytes.length / 2))
}
