import { reply, withHeaders } from './reply.ts'

/**
 * Response headers that scripts of other origins may read. Such requests carry no credentials: these endpoints read no
 * cookie.
 */
const exposed = ['WWW-Authenticate', 'Retry-After']
const allowed = ['Authorization', 'Content-Type', 'DPoP', 'MCP-Protocol-Version']
/** How many request headers a preflight may name beside those. */
const mostRequested = 50

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
  return withHeaders(response, {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': exposedWith(features),
  })
}

/** Lets scripts of this origin, and no other, read a response. */
export function allowOrigin(response: Response, origin: string, features: readonly FeatureHeaders[] = []): Response {
  return withHeaders(response, {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': exposedWith(features),
    vary: 'Origin',
  })
}

/** What a CORS preflight asks for. */
export interface PreflightRequest {
  /** The value of `access-control-allow-origin`: `*` or an origin. `undefined` allows nothing. */
  readonly origin: string | undefined
  /** The header `Access-Control-Request-Headers`. */
  readonly requestHeaders: string | null
}

/**
 * Answers a CORS preflight ({@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}). It allows
 * every header that the script wants to send: tracing libraries add their own, and the endpoints read no other than
 * those that they know.
 */
export function preflight(
  methods: readonly string[],
  { origin, requestHeaders }: PreflightRequest,
  features: readonly FeatureHeaders[] = [],
): Response {
  const answer = {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': joined(allowed, [
      ...features.map((feature) => feature.requestHeaders),
      headerNames(requestHeaders),
    ]),
    'access-control-max-age': '86400',
  }
  const headers = origin === undefined ? {} : { 'access-control-allow-origin': origin, ...answer }
  return reply(204, { vary: 'Origin, Access-Control-Request-Headers', ...headers }, null)
}

/** Returns the names in a list of headers, without what is no name. */
function headerNames(list: string | null): readonly string[] {
  const names = (list ?? '').split(',', mostRequested).map((name) => name.trim())
  return names.filter((name) => /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(name))
}

function exposedWith(features: readonly FeatureHeaders[]): string {
  return joined(
    exposed,
    features.map(({ responseHeaders }) => responseHeaders),
  )
}

function joined(own: readonly string[], others: readonly (readonly string[] | undefined)[]): string {
  const names = new Map<string, string>()
  for (const name of [...own, ...others.flatMap((list) => list ?? [])]) {
    // Header names are compared without case.
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), name)
  }
  return [...names.values()].join(', ')
}
