import { decodeProtectedHeader, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { audienceOf, type Expectation, invalid, isFor, notForResource, tokenFrom } from './claims.ts'
import type { Clock } from './clock.ts'
import { ResourceError } from './errors.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Tells whether a token has the form of a JWT. Such a token is verified as a JWT and never treated as an opaque token. */
export function looksLikeJwt(token: string): boolean {
  try {
    return token.split('.').length >= 3 && decodeProtectedHeader(token) !== undefined
  } catch {
    return false
  }
}

export interface JwtVerification extends Expectation {
  readonly algorithms: readonly string[]
  readonly keys: JWTVerifyGetKey
  readonly clock: Clock
}

/**
 * Verifies a JWT access token ({@link https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068 section 4}): its type, so
 * that an ID token is refused; its issuer, audience and expiry, and its signature by one of the issuer's keys.
 * @throws {ResourceError} `invalid_token`, or the error of `keys` when the keys cannot be fetched
 */
export async function verifyJwt(token: string, verification: JwtVerification): Promise<VerifiedToken> {
  const { payload } = await jwtVerify(token, verification.keys, {
    typ: 'at+jwt',
    issuer: verification.issuer,
    algorithms: [...verification.algorithms],
    clockTolerance: verification.clockTolerance,
    currentDate: new Date(verification.clock.now() * 1000),
  }).catch((error: unknown) => {
    throw error instanceof ResourceError ? error : invalid(describe(error), error)
  })
  const { aud, exp, iat, jti, sub, client_id } = payload
  if (!isFor(verification.audience, audienceOf(aud))) throw notForResource(audienceOf(aud))
  if (typeof client_id !== 'string' || typeof jti !== 'string' || typeof sub !== 'string') throw invalid()
  if (typeof exp !== 'number' || typeof iat !== 'number') throw invalid()
  return tokenFrom({ ...payload, client_id, exp, iat }, 'jwt')
}

function describe(error: unknown): string | undefined {
  return error instanceof errors.JWTExpired ? 'the access token has expired' : undefined
}
