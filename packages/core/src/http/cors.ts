/**
 * Response headers that scripts of other origins may read. Such requests carry no credentials: these endpoints read no
 * cookie.
 */
const exposed = 'WWW-Authenticate, Retry-After'

/** Tells whether an `Origin` header names an origin. `null` does not: any sandboxed frame and local file has it. */
export function isRealOrigin(origin: string | null): origin is string {
  return origin !== null && origin !== 'null'
}

export function allowAnyOrigin(response: Response): Response {
  response.headers.set('access-control-allow-origin', '*')
  response.headers.set('access-control-expose-headers', exposed)
  return response
}

/** Lets scripts of this origin, and no other, read a response. */
export function allowOrigin(response: Response, origin: string): Response {
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-expose-headers', exposed)
  response.headers.append('vary', 'Origin')
  return response
}

/**
 * Answers a CORS preflight ({@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}). Without an
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
