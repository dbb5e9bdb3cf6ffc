import { encodeUtf8 } from './base64url.ts'
import { synchronousCrypto } from './platform.ts'

/**
 * Computes HMAC-SHA-256 of a text, in standard base64 with padding. Await the result: it is synchronous only where the
 * platform supports that. WebCrypto computes it on another thread, and the hand-over takes ten times as long as the HMAC.
 */
export const hmacBase64: (secret: string, text: string) => string | Promise<string> = chooseHmac()

function chooseHmac(): (secret: string, text: string) => string | Promise<string> {
  if (synchronousCrypto === undefined) return webHmac
  const { createHmac } = synchronousCrypto
  return (secret, text) => createHmac('sha256', secret).update(text).digest('base64')
}

/** Computes HMAC-SHA-256 of a text, in base64url without padding. */
export async function hmacBase64url(secret: string, text: string): Promise<string> {
  const code = await hmacBase64(secret, text)
  return code.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

const keys = new Map<string, Promise<CryptoKey>>()
const mostKeys = 1000

/** Imports each key once. The oldest goes first: a process with many tenants has many secrets. */
async function webHmac(secret: string, text: string): Promise<string> {
  let key = keys.get(secret)
  if (key === undefined) {
    key = crypto.subtle.importKey('raw', encodeUtf8(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const [oldest] = keys.keys()
    if (keys.size >= mostKeys && oldest !== undefined) keys.delete(oldest)
    keys.set(secret, key)
  }
  const bytes = new Uint8Array(await crypto.subtle.sign('HMAC', await key, encodeUtf8(text)))
  return btoa(String.fromCharCode(...bytes))
}
