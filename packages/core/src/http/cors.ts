/** Headers that scripts of other origins need to read an answer. Never with credentials: no cookie is looked at. */
const exposed = 'WWW-Authenticate, Retry-After'

/** `null` is the origin of sandboxed frames and local files: anybody's. */
export function isRealOrigin(origin: string | null): origin is string {
  return origin !== null && origin !== 'null'
}

export function allowAnyOrigin(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*')
  response.headers.set('access-control-expose-headers', exposed)
  return response
}

/** For scripts of this origin alone. */
export function allowOrigin(response: Response, origin: string): Response {
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-expose-headers', exposed)
  response.headers.append('vary', 'Origin')
  return response
}

/**
 * The answer to a preflight ({@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}). Without an
 * `origin` it allows nothing.
 */
export function preflight(methods: readonly string[], origin: string | undefined): Response {
  const allowed = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'Authorization, Content-Type, DPoP, MCP-Protocol-Version',
    'access-control-max-age': '86400',
  }
  const headers = origin === undefined ? {} : { 'access-control-allow-origin': origin, ...allowed }
  return new Response(null, { status: 204, headers: { vary: 'Origin', ...headers } })
}
