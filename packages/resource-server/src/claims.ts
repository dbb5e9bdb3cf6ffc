import { ResourceError } from './errors.ts'
import { isSameResource } from './resource-identifier.ts'
import { parseScope } from './scope.ts'
import type { AuthorizationDetails, VerifiedToken } from './verified-token.ts'

export type Claims = Readonly<Record<string, unknown>>

/** The requirements for every token, however it is verified. */
export interface Expectation {
  readonly issuer: string
  readonly audience: string
  /** Seconds. */
  readonly clockTolerance: number
}

/** Returns the audiences in `aud`, which may be a string or a list ({@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3 RFC 7519 section 4.1.3}). */
export function audienceOf(aud: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return all.filter((one): one is string => typeof one === 'string')
}

/** Tells whether a token with these audiences is for a resource (`isSameResource`). */
export function isFor(resource: string, audiences: readonly string[]): boolean {
  return audiences.some((audience) => isSameResource(audience, resource))
}

/**
 * Returns the keys that a token is bound to ({@link https://www.rfc-editor.org/rfc/rfc7800#section-3.1 RFC 7800 section
 * 3.1}), or `undefined` for a bearer token. `checkBinding` demands their proofs.
 */
export function confirmationOf({ cnf }: Claims): Claims | undefined {
  if (cnf === undefined) return undefined
  // No constraint can check a value that is not an object, so `checkBinding` refuses the empty one.
  return typeof cnf === 'object' && cnf !== null && !Array.isArray(cnf) ? (cnf as Claims) : {}
}

/**
 * Checks the audience and the expiry of a token.
 * @throws {ResourceError} `invalid_token` when the token has expired, or is for another resource
 */
export function checkLife(token: VerifiedToken, audience: string, now: number): void {
  if (!isFor(audience, token.audience)) throw notForResource(token.audience)
  if (!(now < token.expiresAt)) throw invalid('the access token has expired')
}

/**
 * Returns the authorization details of a token; `undefined` when it has none.
 * @throws {ResourceError} `invalid_token` when they have another form: the token may be limited in a way that is not known
 */
export function authorizationDetailsIn({
  authorization_details: details,
}: Claims): VerifiedToken['authorizationDetails'] {
  if (details === undefined) return undefined
  if (Array.isArray(details) && details.every(isDetails)) return details
  throw invalid('the authorization_details of the access token are not valid')
}

function isDetails(value: unknown): value is AuthorizationDetails {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}

/** Makes the error for a token with other audiences. The cause names them, because the resource often has a wrong identifier. */
export function notForResource(audiences: readonly string[]): ResourceError {
  const named = audiences.slice(0, 5).map((audience) => audience.slice(0, 100))
  return invalid('the access token is not for this resource', `aud is ${JSON.stringify(named)}`)
}

/** Makes the error for an invalid token. The client sees `description`, but never `cause`. */
export function invalid(description = 'the access token is not valid', cause?: unknown): ResourceError {
  return new ResourceError('invalid_token', { description, ...(cause !== undefined && { cause }) })
}

export function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** Makes the verified token from claims whose types have been checked. */
export function tokenFrom(
  claims: Claims & { readonly client_id: string; readonly exp: number; readonly iat: number },
  source: VerifiedToken['source'],
): VerifiedToken {
  const cnf = confirmationOf(claims)
  const authorizationDetails = authorizationDetailsIn(claims)
  return {
    subject: typeof claims.sub === 'string' ? claims.sub : claims.client_id,
    clientId: claims.client_id,
    scopes: parseScope(claims.scope),
    audience: audienceOf(claims.aud),
    expiresAt: claims.exp,
    issuedAt: claims.iat,
    ...(typeof claims.jti === 'string' && { tokenId: claims.jti }),
    ...(typeof claims.sid === 'string' && { sessionId: claims.sid }),
    ...(typeof claims.auth_time === 'number' && { authTime: claims.auth_time }),
    ...(typeof claims.acr === 'string' && { acr: claims.acr }),
    ...(isTextList(claims.amr) && { amr: claims.amr }),
    ...(cnf !== undefined && { cnf }),
    ...(authorizationDetails !== undefined && { authorizationDetails }),
    claims,
    source,
  }
}
