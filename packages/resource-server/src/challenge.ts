import { checkAcrValues, checkMaxAge } from './authentication.ts'
import type { ResourceError } from './errors.ts'
import { type ChallengeScheme, withHeaders } from './sender-constraint.ts'
import { parseSecureUrl } from './url.ts'

/** The members of a challenge (`WWW-Authenticate`) besides its error code. */
export interface ChallengeOptions {
  /** URL of the protected resource metadata ({@link https://www.rfc-editor.org/rfc/rfc9728#section-5.1 RFC 9728 section 5.1}). */
  readonly resourceMetadata?: string
  /** The scopes that the client needs. */
  readonly scope?: string | readonly string[]
  readonly realm?: string
  /** For the developer of the client. Must not repeat secrets. */
  readonly description?: string
  /** The schemes of the `Authorization` header to name, as `challengeSchemes` returns them. Default: Bearer alone. */
  readonly schemes?: readonly ChallengeScheme[]
}

/** The members of a challenge that asks for another login. */
export interface AuthenticationChallengeOptions extends ChallengeOptions {
  /** The accepted authentication context classes (`acr_values`), best first. */
  readonly acr?: readonly string[]
  /** The largest age of the user's login, in whole seconds. `0` asks for a new login in any case. */
  readonly maxAge?: number
}

/** The members that every challenge of a resource has. */
export type ChallengeDefaults = Pick<ChallengeOptions, 'resourceMetadata' | 'realm'>

/** Answers 401 to a request without a token: a challenge without an error code ({@link https://www.rfc-editor.org/rfc/rfc6750#section-3.1 RFC 6750 section 3.1}). */
export function unauthorized(options: ChallengeOptions = {}): Response {
  return challengeResponse(401, undefined, options)
}

/** Answers 401 to a token that is expired, revoked, malformed or for another resource. */
export function invalidToken(options: ChallengeOptions = {}): Response {
  return challengeResponse(401, 'invalid_token', options)
}

/** Answers 403 to a valid token that lacks a scope. */
export function insufficientScope(options: ChallengeOptions & Required<Pick<ChallengeOptions, 'scope'>>): Response {
  return challengeResponse(403, 'insufficient_scope', options)
}

/**
 * Answers 401 to a valid token whose user did not authenticate as the operation demands ({@link
 * https://www.rfc-editor.org/rfc/rfc9470#section-3 RFC 9470 section 3}). The client then asks the authorization server
 * for a new login with these `acr_values` and `max_age`.
 * @throws {TypeError} when `acr` or `maxAge` cannot be in a challenge
 */
export function insufficientUserAuthentication(options: AuthenticationChallengeOptions): Response {
  return challengeResponse(401, 'insufficient_user_authentication', options)
}

/** Answers 400 to a request that presents its token in a wrong way. */
export function invalidRequest(options: ChallengeOptions = {}): Response {
  return challengeResponse(400, 'invalid_request', options)
}

/** Answers 503 without a challenge, when the token cannot be verified now. `retryAfter` in seconds, default 5. */
export function temporarilyUnavailable(options: { readonly retryAfter?: number } = {}): Response {
  const body = {
    error: 'temporarily_unavailable',
    error_description: 'the authorization server cannot be reached',
  }
  return answer(503, body, 'retry-after', String(options.retryAfter ?? 5))
}

/** Turns a `ResourceError` into the response with its status and challenge. */
export function errorResponse(
  error: ResourceError,
  { resourceMetadata, realm, schemes }: ChallengeDefaults & Pick<ChallengeOptions, 'schemes'> = {},
): Response {
  const { code, status, description, scopes, acrValues, maxAge } = error
  if (code === 'temporarily_unavailable') return temporarilyUnavailable()
  const answer = challengeResponse(status, code === 'missing_token' ? undefined : code, {
    ...(resourceMetadata !== undefined && { resourceMetadata }),
    ...(realm !== undefined && { realm }),
    ...(schemes !== undefined && { schemes }),
    ...(description !== undefined && { description }),
    ...(scopes.length > 0 && { scope: scopes }),
    ...(acrValues !== undefined && { acr: acrValues }),
    ...(maxAge !== undefined && { maxAge }),
  })
  return withHeaders(answer, error.headers)
}

/**
 * Formats the value of `WWW-Authenticate` ({@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}).
 * @throws {TypeError} when `resourceMetadata` is not an https URL, or `acr` or `maxAge` cannot be in a challenge
 */
export function formatChallenge(error: string | undefined, options: AuthenticationChallengeOptions = {}): string {
  const parameters = challengeParameters(error, options)
  return (options.schemes ?? [{ scheme: 'Bearer' }])
    .map(({ scheme, parameters: own = {} }) => formatScheme(scheme, [...parameters, ...Object.entries(own)]))
    .join(', ')
}

/** The parameters of a challenge, which are the same in every authentication scheme. */
function challengeParameters(
  error: string | undefined,
  options: AuthenticationChallengeOptions,
): readonly (readonly [string, string])[] {
  const { realm, description, resourceMetadata, acr = [], maxAge } = options
  checkAcrValues(acr, 'acr')
  if (maxAge !== undefined) checkMaxAge(maxAge)
  const scope = formatScope(options.scope)
  return [
    ...named('realm', realm),
    ...named('error', error),
    // Without an error code, a description would only confuse.
    ...named('error_description', error === undefined ? undefined : description),
    ...named('scope', scope),
    ...named('acr_values', acr.length === 0 ? undefined : acr.join(' ')),
    ...named('max_age', maxAge === undefined ? undefined : String(maxAge)),
    ...named('resource_metadata', resourceMetadata === undefined ? undefined : metadataHref(resourceMetadata)),
  ]
}

function named(name: string, value: string | undefined): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]]
}

function formatScheme(scheme: string, parameters: readonly (readonly string[])[]): string {
  // A scheme must be followed by at least one parameter.
  const all = parameters.length === 0 ? [['realm', 'protected resource']] : parameters
  return `${scheme} ${all.map(([name, value]) => `${name}="${quotable(value ?? '')}"`).join(', ')}`
}

function challengeResponse(
  status: number,
  error: string | undefined,
  options: AuthenticationChallengeOptions,
): Response {
  const { description } = options
  const body = {
    error,
    error_description: description === undefined ? undefined : quotable(description),
    scope: error === undefined ? undefined : formatScope(options.scope),
  }
  return answer(status, body, 'www-authenticate', formatChallenge(error, options))
}

function answer(status: number, body: object, header: string, value: string): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
      [header]: value,
    },
  })
}

function formatScope(scope: ChallengeOptions['scope']): string | undefined {
  const text = typeof scope === 'string' ? scope : scope?.join(' ')
  return text === undefined || text === '' ? undefined : quotable(text)
}

function metadataHref(url: string): string {
  return parseSecureUrl(url, 'resourceMetadata').href.replaceAll('\\', '%5C')
}

/** Replaces the characters that RFC 6750 section 3 forbids in a quoted value with `?`, so that none can end it. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
