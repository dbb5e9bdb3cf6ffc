import { ResourceError } from './errors.ts'
import type { RequestHead } from './request-head.ts'
import type { PresentedToken } from './sender-constraint.ts'

/** {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 section 2.1} */
const tokenSyntax = /^[A-Za-z0-9._~+/-]+=*$/

/** The longest accepted token, in characters. It limits the work that a request can cause. */
const longest = 16_384

/**
 * Reads the access token of a request from the `Authorization` header. It accepts no token in the URL, because URLs end
 * up in logs and histories ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.3.2 RFC 9700 section 4.3.2}).
 * `schemes` are the accepted ones besides Bearer, in lower case.
 * @throws {ResourceError} `missing_token` when the request has no token, or another scheme; `invalid_request`
 *   when the token is in the query or malformed, or when there is more than one
 */
export function readPresentedToken(request: RequestHead, schemes: readonly string[] = []): Required<PresentedToken> {
  if (new URL(request.url).searchParams.has('access_token')) {
    throw new ResourceError('invalid_request', { description: 'the access token must not be in the query' })
  }
  const header = request.headers.get('authorization') ?? ''
  const [first = ''] = header.split(' ')
  const scheme = first.toLowerCase()
  if (scheme !== 'bearer' && !schemes.includes(scheme)) {
    throw new ResourceError('missing_token', { description: 'an access token is required' })
  }
  // Fetch joins several headers with commas, and no token contains a comma.
  const token = header.slice(first.length).trim()
  if (!isBearerToken(token)) {
    throw new ResourceError('invalid_request', {
      description: `the Authorization header must have one ${scheme} token`,
    })
  }
  return { token, scheme, request }
}

export function isBearerToken(token: string): boolean {
  return token.length <= longest && tokenSyntax.test(token)
}
