import { pathOf, queryOf } from '../http/target.ts'

/** What an adapter mounts: a provider, or one that `receivedAt` made of it. */
export interface Mountable {
  readonly issuer: string
  /** Whether a request is for this server. */
  readonly matches: (request: { readonly url: string }) => boolean
  readonly fetch: (request: Request) => Promise<Response>
}

/**
 * The same server behind a proxy that changes paths: what the world knows below the issuer arrives below `path`. `/` is
 * for a proxy that takes the issuer's path away; then everything is taken for this server's, so mount it after the rest.
 * What is published does not change, and a request whose path is the issuer's own is served as well.
 * @throws {TypeError} when `path` is no path
 */
export function receivedAt(provider: Mountable, path: string): Mountable {
  if (!/^\/(?!\/)[^?#]*$/.test(path)) throw new TypeError(`receivedAt: ${path} is not a path`)
  const below = path.endsWith('/') ? path : `${path}/`
  const issuerUrl = `${provider.issuer}/`

  const publishedUrl = (url: string): string => {
    const at = pathOf(url)
    if (provider.matches({ url }) || !at.startsWith(below)) return url
    const query = queryOf(url)
    return issuerUrl + at.slice(below.length) + (query === '' ? '' : `?${query}`)
  }

  return Object.freeze<Mountable>({
    issuer: provider.issuer,
    matches: ({ url }) => provider.matches({ url: publishedUrl(url) }),
    fetch: (request) => {
      const url = publishedUrl(request.url)
      return provider.fetch(url === request.url ? request : new Request(url, request))
    },
  })
}
