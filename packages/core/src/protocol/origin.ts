import { isLoopbackRedirectUri } from './redirect-uri.ts'

/**
 * Tells why a text is not an origin as browsers send it in the `Origin` header ({@link
 * https://www.rfc-editor.org/rfc/rfc6454#section-6.2 RFC 6454 section 6.2}); `undefined` when it is one. Origins use
 * https, or http on loopback, or the scheme of an extension or application (`chrome-extension://…`, `capacitor://…`).
 */
export function originProblem(origin: string): string | undefined {
  const form = 'must be an origin: scheme, host and port alone, for instance https://app.example.com'
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#*\s@]+$/.test(origin) || !URL.canParse(origin)) return form
  const { protocol, origin: canonical } = new URL(origin)
  if (protocol !== 'https:' && protocol !== 'http:') {
    return /^[a-z][a-z0-9+.-]*:\/\/[A-Za-z0-9._-]+(?::\d{1,5})?$/.test(origin) ? undefined : form
  }
  if (canonical !== origin) return `${form}; write ${canonical}`
  return protocol === 'https:' || isLoopbackRedirectUri(origin)
    ? undefined
    : 'must use https, or http on a loopback host'
}
