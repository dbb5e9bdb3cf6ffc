import { hmacBase64 } from '../crypto/hmac.ts'
import { timingSafeEqual } from '../crypto/timing-safe-equal.ts'

/**
 * Signs a query, so that a page can trust it. It appends `exp` (seconds since the epoch) and `sig`, the HMAC-SHA-256 in
 * standard base64 over everything before it, form-encoded.
 */
export async function signPageQuery(secret: string, query: URLSearchParams, expiresAt: number): Promise<string> {
  const signed = new URLSearchParams(query)
  signed.append('exp', expiresAt.toString())
  signed.append('sig', await hmacBase64(secret, signed.toString()))
  return signed.toString()
}

/**
 * Verifies a query that `signPageQuery` signed.
 * @param secrets the secrets that may have signed it
 * @param url the URL of the page, or its query with or without the question mark
 * @param now seconds since the epoch
 * @returns the query without its signature; `undefined` when it was changed, has expired or was never signed
 */
export async function verifyPageQuery(
  secrets: readonly string[],
  url: string | URL,
  now: number,
): Promise<URLSearchParams | undefined> {
  const query = new URLSearchParams(queryIn(String(url)))
  const [signature, anotherSignature] = query.getAll('sig')
  const [expiry, anotherExpiry] = query.getAll('exp')
  if (signature === undefined || anotherSignature !== undefined) return undefined
  if (expiry === undefined || anotherExpiry !== undefined || !/^\d{1,12}$/.test(expiry)) return undefined
  query.delete('sig')
  const signed = query.toString()
  const signatures = await Promise.all(secrets.map((secret) => hmacBase64(secret, signed)))
  const good = signatures.some((expected) => timingSafeEqual(expected, signature))
  return good && now < Number(expiry) ? query : undefined
}

function queryIn(url: string): string {
  const mark = url.indexOf('?')
  const fragment = url.indexOf('#', mark + 1)
  return url.slice(mark + 1, fragment < 0 ? undefined : fragment)
}
