import { isLoopbackRedirectUri } from '../protocol/redirect-uri.ts'

/**
 * Makes the issuer identifier ({@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}) of
 * `baseUrl` and `basePath`. It checks both, since a mistake here would be in every token.
 * @throws {TypeError} that says what is wrong
 */
export function resolveIssuer(baseUrl: string, basePath: string): string {
  if (!URL.canParse(baseUrl))
    throw new TypeError(`baseUrl: ${baseUrl} is not an absolute URL, as https://id.example.com is`)
  const url = new URL(baseUrl)
  if (url.protocol !== 'https:' && !isLoopbackRedirectUri(url.href)) {
    throw new TypeError('baseUrl: must use https, or http on a loopback host')
  }
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(baseUrl))
    throw new TypeError('baseUrl: must not have a query or a fragment')
  if (url.username !== '' || url.password !== '') throw new TypeError('baseUrl: must not have user information')
  // A URL parser resolves dot segments and so would read another path than the configured one.
  if (!/^(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)*\/?$/.test(basePath)) {
    throw new TypeError(
      'basePath: must be empty, or begin with / and have letters, digits and - . _ ~ between the slashes',
    )
  }
  const path = withoutTrailingSlash(url.pathname) + withoutTrailingSlash(basePath)
  // The normal form of the URL: host in lower case, no default port.
  return url.origin + path
}

/**
 * Makes the absolute URL of a page of the application, which is given as a path or an absolute URL.
 * @throws {TypeError} that names the option
 */
export function resolvePage(name: string, page: string | undefined, baseUrl: string): string | undefined {
  if (page === undefined) return undefined
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`
  if (!URL.canParse(page, base)) throw new TypeError(`${name}: ${page} is not a path, as /login is, and not a URL`)
  const url = new URL(page, base)
  if (url.hash !== '' || page.includes('#')) throw new TypeError(`${name}: must not have a fragment`)
  if (url.protocol !== 'https:' && !isLoopbackRedirectUri(url.href)) {
    throw new TypeError(`${name}: must use https, or http on a loopback host`)
  }
  return url.href
}

function withoutTrailingSlash(path: string): string {
  return path.replace(/\/+$/, '')
}
