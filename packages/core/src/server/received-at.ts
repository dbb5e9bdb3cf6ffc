import { asFetch } from '../http/as-fetch.ts'
import { pathOf, queryOf } from '../http/target.ts'
import { entryOf, shareEntry } from './entry.ts'

/** What an adapter mounts: a provider, or the result of `receivedAt`. */
export interface Mountable {
  /** The issuer identifier. */
  readonly issuer: string
  /** Whether a request is for this server. */
  readonly matches: (request: { readonly url: string }) => boolean
  /** Serves every endpoint. */
  readonly fetch: (request: Request) => Promise<Response>
  /**
   * Returns the origin of the URL of a request to Node, from its `Host` header. Only what serves several origins has it
   * (`createTenants`); otherwise the origin is that of the issuer, whatever the header says.
   */
  readonly originOf?: (host: string | undefined) => string
}

/**
 * Serves a provider behind a proxy that changes paths: what clients request below the issuer arrives below `path`.
 * Published URLs do not change, and requests with the issuer's own path are still served.
 *
 * `/` is for a proxy that removes the issuer's path. The server then takes every request for its own, so mount it after
 * all other routes.
 * @param path the path below which requests arrive, for instance `/internal/auth`
 * @throws {TypeError} when `path` is not a path, or the provider has several origins
 * @example
 * ```ts
 * // The proxy forwards https://id.example.com/auth/* to this process as /internal/auth/*.
 * mount(receivedAt(provider, '/internal/auth'))
 * ```
 */
export function receivedAt(provider: Mountable, path: string): Mountable {
  if (!/^\/(?!\/)[^?#]*$/.test(path))
    throw new TypeError(`receivedAt: ${path} is not a path; it must begin with one slash and have no query or fragment`)
  if (provider.originOf !== undefined)
    throw new TypeError('receivedAt: tenants are not at one path: write a resolver that knows the paths that arrive')
  const below = path.endsWith('/') ? path : `${path}/`
  const issuerUrl = `${provider.issuer}/`

  const publishedUrl = (url: string): string => {
    const at = pathOf(url)
    if (provider.matches({ url }) || !at.startsWith(below)) return url
    const query = queryOf(url)
    return issuerUrl + at.slice(below.length) + (query === '' ? '' : `?${query}`)
  }

  const fetch = asFetch((request) => {
    const url = publishedUrl(request.url)
    return provider.fetch(url === request.url ? request : new Request(url, request))
  })
  const entry = entryOf(provider)
  shareEntry(fetch, { publishedUrl: (url) => entry.publishedUrl(publishedUrl(url)), answer: entry.answer })

  return Object.freeze<Mountable>({
    issuer: provider.issuer,
    matches: ({ url }) => provider.matches({ url: publishedUrl(url) }),
    fetch,
  })
}
