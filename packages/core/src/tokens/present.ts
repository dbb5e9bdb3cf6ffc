import type { PresentedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import type { Registry } from '../contracts/registry.ts'
import { type Authorization, readAuthorization } from '../http/authorization-header.ts'
import { mediaType } from '../http/body.ts'
import { readForm } from '../http/form.ts'
import { parseParameters } from '../http/parameters.ts'
import { queryOf } from '../http/target.ts'
import { tokenChallenges } from '../protocol/challenge.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import { isBoundTo, readBinding, tokenTypeOf } from './binding.ts'
import { verifyAccessToken } from './verify.ts'

/**
 * Reads and verifies the access token of a request. A token that is bound to a key is valid only in its own scheme and
 * with a proof of the key: it is refused as a bearer token ({@link https://www.rfc-editor.org/rfc/rfc9449#section-7.2
 * RFC 9449 section 7.2}).
 * @param endpoint the URL of the endpoint as discovery names it
 * @throws {OAuthError} `invalid_token` or `invalid_request`
 */
export async function readAccessToken(ctx: Context, request: Request, endpoint: string): Promise<PresentedAccessToken> {
  const presented = readToken(ctx, request)
  const { scheme, text } = presented instanceof Promise ? await presented : presented
  const token = await verifyAccessToken(ctx, text)
  if (token === undefined) throw new OAuthError('invalid_token', 'the access token is invalid, expired or revoked')
  const cnf = token.extra?.cnf
  const binding =
    ctx.registry.senderConstraints.size === 0
      ? undefined
      : await readBinding(ctx, request, { endpoint, accessToken: text, tokenClientId: token.clientId })
  const headers = binding?.headers ?? noHeaders
  if (!isBoundTo(cnf, binding)) {
    throw new OAuthError(
      'invalid_token',
      'the access token is bound to a key: the request must prove that it holds the key',
      { headers },
    )
  }
  // By what the token is bound to: the request may have proved more keys than that.
  const expected = tokenTypeOf(ctx, cnf)
  if (scheme !== expected.toLowerCase()) {
    throw new OAuthError('invalid_token', `the access token must be presented with the scheme ${expected}`, { headers })
  }
  return { token, headers }
}

const noHeaders: Readonly<Record<string, string>> = Object.freeze({})

/** Whether tokens are presented in this scheme of the `Authorization` header, which is in lower case. */
function isTokenScheme({ senderConstraints }: Registry, scheme: string): boolean {
  if (scheme === 'bearer') return true
  for (const { tokenType } of senderConstraints.values()) {
    if (tokenType.toLowerCase() === scheme) return true
  }
  return false
}

/** Returns what would be the scheme if this text was an `Authorization` header with credentials. */
function schemeOf(text: string): string {
  const [, scheme = ''] = /^\s*(\S+)\s/.exec(text) ?? []
  return scheme.toLowerCase()
}

interface PresentedText {
  readonly scheme: string
  readonly text: string
}

/**
 * Finds the token in the header or in a form body. It refuses a request with both, and a token in the URL ({@link
 * https://www.rfc-editor.org/rfc/rfc6750#section-2 RFC 6750 section 2}).
 */
function readToken({ registry }: Context, request: Request): Awaitable<PresentedText> {
  const authorization = readAuthorization(request)
  const known = authorization !== undefined && isTokenScheme(registry, authorization.scheme)
  const header = known ? authorization.credentials : undefined
  // Two Authorization headers arrive as one, joined by a comma, which no token contains. A scheme ends with white space.
  if (
    header !== undefined &&
    /\s/.test(header) &&
    header.split(',').some((part) => isTokenScheme(registry, schemeOf(part)))
  ) {
    throw new OAuthError('invalid_request', 'send the access token once: in one scheme of the Authorization header')
  }
  const query = queryOf(request.url)
  if (query !== '' && parseParameters(query).get('access_token') !== undefined) {
    throw new OAuthError('invalid_request', 'send the access token in the Authorization header, not in the URL')
  }
  const choose = (body: string | undefined) => chooseToken(registry, { authorization, header, body })
  const isForm = request.method === 'POST' && mediaType(request) === 'application/x-www-form-urlencoded'
  return isForm ? readForm(request).then((form) => choose(form.get('access_token'))) : choose(undefined)
}

/** The places of a request where a token may be. */
interface Places {
  readonly authorization: Authorization | undefined
  readonly header: string | undefined
  readonly body: string | undefined
}

function chooseToken(registry: Registry, { authorization, header, body }: Places): PresentedText {
  if (header !== undefined && body !== undefined) {
    throw new OAuthError('invalid_request', 'send the access token once: in the Authorization header or in the form')
  }
  const text = header || body
  // Without a token there is no error code: RFC 6750 section 3.1 leaves it out when the client has not tried to
  // authenticate.
  if (!text) {
    const challenge = tokenChallenges(registry.senderConstraints.values(), {})
    throw new OAuthError('invalid_token', 'an access token is required', { challenge })
  }
  return { text, scheme: header ? (authorization?.scheme ?? 'bearer') : 'bearer' }
}
