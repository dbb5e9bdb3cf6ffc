/**
 * Parses an absolute `https` URL, or `http` on this machine. It takes the host from the URL parser, so that it refuses
 * `http://localhost.evil.example` and `http://localhost@evil.example`.
 * @throws {TypeError} that names the value
 */
export function parseSecureUrl(text: string, name: string): URL {
  if (!URL.canParse(text)) throw new TypeError(`${name}: ${text} is not an absolute URL`)
  const url = new URL(text)
  if (url.protocol !== 'https:' && !isLoopback(url)) {
    throw new TypeError(`${name}: ${text} must use https, or http on a loopback host`)
  }
  if (url.username !== '' || url.password !== '') throw new TypeError(`${name}: must not have user information`)
  // Also refuse an empty fragment, which `url.hash` does not show.
  if (text.includes('#')) throw new TypeError(`${name}: ${text} must not have a fragment`)
  return url
}

/**
 * Parses an issuer identifier ({@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}).
 * @throws {TypeError} that names the value
 */
export function parseIssuer(text: string, name: string): URL {
  const url = parseSecureUrl(text, name)
  if (text.includes('?')) throw new TypeError(`${name}: ${text} must not have a query`)
  return url
}

/** Tells whether a URL is `http` on a loopback host. */
export function isLoopback({ protocol, hostname }: URL): boolean {
  if (protocol !== 'http:') return false
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
}
