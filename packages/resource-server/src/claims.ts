import { ResourceError } from './errors.ts'
import { parseScope } from './scope.ts'
import type { VerifiedToken } from './verified-token.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What every token must be, whoever vouches for it. */
export interface Expectation {
  readonly issuer: string
  readonly audience: string
  /** Seconds. */
  readonly clockTolerance: number
}

/** `aud`, which may be one or many ({@link https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3 RFC 7519 section 4.1.3}). */
export function audienceOf(aud: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return all.filter((one): one is string => typeof one === 'string')
}

/**
 * A token bound to a key ({@link https://www.rfc-editor.org/rfc/rfc7800#section-3.1 RFC 7800 section 3.1}) is worth
 * something only with a proof of that key, which nobody checks here: taken as a bearer token it would be a stolen one.
 * @throws {ResourceError} `invalid_token`
 */
export function refuseBound(claims: Claims): void {
  if (claims.cnf !== undefined) throw invalid('the access token is bound to a key')
}

/** @throws {ResourceError} `invalid_token` when it is over, or for somebody else */
export function checkLife(token: VerifiedToken, audience: string, now: number): void {
  if (!token.audience.includes(audience)) throw invalid('the access token is not for this resource')
  if (!(now < token.expiresAt)) throw invalid('the access token has expired')
}

/** The error for a bad token. The description is public, the cause is not. */
export function invalid(description = 'the access token is not valid', cause?: unknown): ResourceError {
  return new ResourceError('invalid_token', { description, ...(cause !== undefined && { cause }) })
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** Claims whose types have been checked, as a token. */
export function tokenFrom(
  claims: Claims & { readonly client_id: string; readonly exp: number; readonly iat: number },
  source: VerifiedToken['source'],
): VerifiedToken {
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
    claims,
    source,
  }
}
