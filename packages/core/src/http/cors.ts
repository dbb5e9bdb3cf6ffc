/** Headers that scripts of other origins need to read an answer. Never with credentials: no cookie is looked at. */
const exposed: readonly (readonly [string, string])[] = [
  ['access-control-allow-origin', '*'],
  ['access-control-expose-headers', 'WWW-Authenticate, Retry-After'],
]

export function allowAnyOrigin(response: Response): Response {
  for (const [name, value] of exposed) response.headers.set(name, value)
  return response
}

/** The answer to a preflight ({@link https://fetch.spec.whatwg.org/#http-cors-protocol Fetch, CORS protocol}). */
export function preflight(methods: readonly string[]): Response {
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP, MCP-Protocol-Version',
      'access-control-max-age': '86400',
    },
  })
}
