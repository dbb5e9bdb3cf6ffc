/** Maps the URL of a request to the one that clients use. */
export type PublishedUrl = (target: string) => string | undefined

/**
 * Makes the function that maps a URL or path, as a request arrives with it, to the URL that clients use. The origin is that
 * of the resource, because any client can forge the `Host` header. `receivedAt` is the path at which requests for the
 * resource arrive, where a proxy changes it.
 * @throws {TypeError} when `receivedAt` is not a path
 */
export function publishedUrl(resource: string, receivedAt: string | undefined): PublishedUrl {
  const { origin, pathname } = new URL(resource)
  if (receivedAt !== undefined && !/^\/[^?#]*$/.test(receivedAt)) {
    throw new TypeError(`receivedAt: ${receivedAt} is not a path, such as /internal/mcp`)
  }
  const from = withoutSlash(receivedAt ?? pathname)
  const to = withoutSlash(pathname)
  return (target) => {
    const url = parseTarget(target, origin)
    if (url === undefined) return undefined
    const below = url.pathname === from || url.pathname.startsWith(`${from}/`)
    return origin + (below ? to + url.pathname.slice(from.length) : url.pathname) + url.search
  }
}

/** Tells whether a request, by its URL or path, is for this URL. A slash at the end of the path, and its query, do not matter. */
export function isAt(target: string, address: URL): boolean {
  const url = parseTarget(target, address.origin)
  if (url === undefined || withoutSlash(url.pathname) !== withoutSlash(address.pathname)) return false
  return address.search === '' || url.search === address.search
}

function parseTarget(target: string, origin: string): URL | undefined {
  // A path may begin with two slashes, which a relative URL would take for a host.
  const url = target.startsWith('/') ? origin + target : target
  return URL.canParse(url) ? new URL(url) : undefined
}

function withoutSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}
