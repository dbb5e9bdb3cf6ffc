import { ResourceError } from './errors.ts'

/** {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1} */
const tokenSyntax = /^[A-Za-z0-9._~+/-]+=*$/

/** Longer than any token is: what is verified must not cost more than what is sent. */
const longest = 16_384

/**
 * The bearer token of a request, from the `Authorization` header alone: a token in a URL ends up in logs and histories
 * ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2 RFC 9700 section 4.3.2}).
 * @throws {ResourceError} `missing_token` when there is none, or another scheme than Bearer; `invalid_request` when it is
 *   in the query, more than one, or malformed
 */
export function readBearerToken(request: Request): string {
  if (new URL(request.url).searchParams.has('access_token')) {
    throw new ResourceError('invalid_request', { description: 'the access token must not be in the query' })
  }
  const header = request.headers.get('authorization')
  if (header === null || !/^bearer(?: |$)/i.test(header)) {
    throw new ResourceError('missing_token', { description: 'an access token is required' })
  }
  // Several headers arrive as one, with commas, which no token has.
  const token = header.slice('bearer'.length).trim()
  if (!isBearerToken(token)) {
    throw new ResourceError('invalid_request', { description: 'the Authorization header must have one bearer token' })
  }
  return token
}

export function isBearerToken(token: string): boolean {
  return token.length <= longest && tokenSyntax.test(token)
}
