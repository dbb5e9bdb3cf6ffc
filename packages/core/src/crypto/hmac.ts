import { encodeUtf8 } from './base64url.ts'

const keys = new Map<string, Promise<CryptoKey>>()

/** Computes HMAC-SHA-256 of a text, in standard base64 with padding. It imports each key once. */
export async function hmacBase64(secret: string, text: string): Promise<string> {
  let key = keys.get(secret)
  if (key === undefined) {
    key = crypto.subtle.importKey('raw', encodeUtf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    keys.set(secret, key)
  }
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', await key, encodeUtf8(text)))
  return btoa(String.fromCharCode(...bytes))
}
