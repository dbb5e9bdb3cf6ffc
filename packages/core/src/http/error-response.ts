import { type ChallengeScheme, tokenChallenges } from '../protocol/challenge.ts'
import type { AuthorizationResponse, OAuthError } from '../protocol/errors.ts'
import { safeDescription } from '../protocol/errors.ts'
import { json } from './json.ts'

/**
 * Who reads the errors of an endpoint: a program (`json`), a program that sent a bearer token and gets a challenge
 * (`bearer`, ({@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}), or a user in a browser
 * (`page`).
 */
export type ErrorAudience = 'json' | 'bearer' | 'page'

/**
 * Turns an error into the JSON that programs read. `pages/error-page` makes the page that users see. No other code does
 * that.
 * @param schemes the schemes in which a client may present a token, beside `Bearer`
 * @param used the scheme of the request's `Authorization` header, in lower case
 */
export function errorResponse(
  error: OAuthError,
  audience: Exclude<ErrorAudience, 'page'>,
  schemes: Iterable<ChallengeScheme> = [],
  used?: string,
): Response {
  const description = descriptionOf(error)
  const headers: Record<string, string> = { ...error.details.headers }
  const challenge =
    error.details.challenge ?? (audience === 'bearer' ? tokenChallenge(error, schemes, used) : undefined)
  if (challenge !== undefined) headers['www-authenticate'] = challenge
  return json(error.status, { ...error.details.members, error: error.code, error_description: description }, headers)
}

/** Returns the parameters of an error response, which go to the redirect URI of the client. */
export function errorParameters(error: OAuthError): AuthorizationResponse {
  return { error: error.code, error_description: descriptionOf(error) }
}

/** Returns the description as clients and developers may read it. */
export function descriptionOf({ description }: OAuthError): string | undefined {
  return description === undefined ? undefined : safeDescription(description)
}

function tokenChallenge(
  error: OAuthError,
  schemes: Iterable<ChallengeScheme>,
  used: string | undefined,
): string | undefined {
  // A challenge asks for a better token. That does not help against a failure of the server or a rate limit.
  if (error.status >= 500 || error.code === 'rate_limited') return undefined
  const { code, details } = error
  const said = { error: code, error_description: descriptionOf(error), scope: details.scope }
  return tokenChallenges(schemes, said, used)
}
