import { ResourceError } from './errors.ts'

/** {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1} */
const tokenSyntax = /^[A-Za-z0-9._~+/-]+=*$/

/** The longest accepted token, in characters. It limits the work that a request can cause. */
const longest = 16_384

/**
 * Reads the bearer token of a request from the `Authorization` header. It accepts no token in the URL, because URLs end
 * up in logs and histories ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2 RFC 9700 section 4.3.2}).
 * @throws {ResourceError} `missing_token` when the request has no token, or a scheme other than Bearer; `invalid_request`
 *   when the token is in the query or malformed, or when there is more than one
 */
export function readBearerToken(request: Request): string {
  if (new URL(request.url).searchParams.has('access_token')) {
    throw new ResourceError('invalid_request', { description: 'the access token must not be in the query' })
  }
  const header = request.headers.get('authorization')
  if (header === null || !/^bearer(?: |$)/i.test(header)) {
    throw new ResourceError('missing_token', { description: 'an access token is required' })
  }
  // Fetch joins several headers with commas, and no token contains a comma.
  const token = header.slice('bearer'.length).trim()
  if (!isBearerToken(token)) {
    throw new ResourceError('invalid_request', { description: 'the Authorization header must have one bearer token' })
  }
  return token
}

export function isBearerToken(token: string): boolean {
  return token.length <= longest && tokenSyntax.test(token)
}
