/**
 * Response headers that scripts of other origins may read. Such requests carry no credentials: these endpoints read no
 * cookie.
 */
const exposed = ['WWW-Authenticate', 'Retry-After']
const allowed = ['Authorization', 'Content-Type', 'DPoP', 'MCP-Protocol-Version']

/** Names of headers that features use beside those of the core. */
export interface FeatureHeaders {
  readonly requestHeaders?: readonly string[]
  readonly responseHeaders?: readonly string[]
}

/** Tells whether an `Origin` header names an origin. `null` does not: any sandboxed frame and local file has it. */
export function isRealOrigin(origin: string | null): origin is string {
  return origin !== null && origin !== 'null'
}

export function allowAnyOrigin(response: Response, features: readonly FeatureHeaders[] = []): Response {
  response.headers.set('access-control-allow-origin', '*')
  response.headers.set('access-control-expose-headers', exposedWith(features))
  return response
}

/** Lets scripts of this origin, and no other, read a response. */
export function allowOrigin(response: Response, origin: string, features: readonly FeatureHeaders[] = []): Response {
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set('access-control-expose-headers', exposedWith(features))
  response.headers.append('vary', 'Origin')
  return response
}

/**
 * Answers a CORS preflight ({@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}). Without an
 * `origin` it allows nothing.
 */
export function preflight(
  methods: readonly string[],
  origin: string | undefined,
  features: readonly FeatureHeaders[] = [],
): Response {
  const answer = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': joined(
      allowed,
      features.map(({ requestHeaders }) => requestHeaders),
    ),
    'access-control-max-age': '86400',
  }
  const headers = origin === undefined ? {} : { 'access-control-allow-origin': origin, ...answer }
  return new Response(null, { status: 204, headers: { vary: 'Origin', ...headers } })
}

function exposedWith(features: readonly FeatureHeaders[]): string {
  return joined(
    exposed,
    features.map(({ responseHeaders }) => responseHeaders),
  )
}

function joined(own: readonly string[], others: readonly (readonly string[] | undefined)[]): string {
  return [...new Set([...own, ...others.flatMap((names) => names ?? [])])].join(', ')
}
