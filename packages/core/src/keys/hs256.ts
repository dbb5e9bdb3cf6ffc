import { type JWTPayload, jwtVerify, SignJWT } from 'jose'
import { encodeUtf8 } from '../crypto/base64url.ts'

/**
 * Signs a JWT with a shared secret in HS256 ({@link https://www.rfc-editor.org/rfc/rfc7518#section-3.2 RFC 7518 section
 * 3.2}).
 */
export function signHs256(claims: object, typ: string, secret: string): Promise<string> {
  const payload = JSON.parse(JSON.stringify(claims)) as JWTPayload
  return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ }).sign(encodeUtf8(secret))
}

/**
 * Verifies a JWT that `signHs256` made and returns its claims, also when it has expired; `undefined` for any other
 * text.
 */
export async function verifyHs256(
  jwt: string,
  typ: string,
  secret: string,
  expected: { readonly issuer: string; readonly audience: string },
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    // At the time 0 no token has expired.
    const options = { ...expected, algorithms: ['HS256'], typ, currentDate: new Date(0) }
    return (await jwtVerify(jwt, encodeUtf8(secret), options)).payload
  } catch {
    return undefined
  }
}
