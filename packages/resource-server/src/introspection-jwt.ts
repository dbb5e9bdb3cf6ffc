import { jwtVerify } from 'jose'
import type { Claims } from './claims.ts'
import type { JwtVerification } from './jwt.ts'

const mediaType = 'application/token-introspection+jwt'

/**
 * Verifies an introspection response that is a JWT, and returns the introspection in it ({@link
 * https://www.rfc-editor.org/rfc/rfc9701#section-5 RFC 9701 section 5}): the signature by one of the issuer's keys, the type,
 * issuer and audience, and that the server made it for this request and not before.
 * @param clientId the client that introspects, which is the audience
 * @param now when the request was sent, in seconds since the epoch
 * @throws when the response is no such JWT
 */
export async function readIntrospectionJwt(
  response: Response,
  clientId: string,
  verification: JwtVerification,
  now: number,
): Promise<Claims> {
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';')
  if (response.status !== 200 || type.trim().toLowerCase() !== mediaType) {
    throw new Error(`the introspection response is not ${mediaType}: ${response.status} ${type}`)
  }
  const { payload } = await jwtVerify(await response.text(), verification.keys, {
    typ: 'token-introspection+jwt',
    issuer: verification.issuer,
    audience: clientId,
    algorithms: [...verification.algorithms],
    requiredClaims: ['iat', 'token_introspection'],
    currentDate: new Date(now * 1000),
    clockTolerance: verification.clockTolerance,
  })
  const { iat = 0, token_introspection: introspection } = payload
  if (iat + verification.clockTolerance < now) throw new Error('the introspection response was made before the request')
  if (typeof introspection !== 'object' || introspection === null || Array.isArray(introspection)) {
    throw new Error('token_introspection must be an object')
  }
  return introspection as Claims
}
