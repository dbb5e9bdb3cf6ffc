import { noStore } from './json.ts'
import { reply } from './reply.ts'

/**
 * Makes a response with a JWT that no cache stores ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse OpenID Connect Core section 5.3.2}).
 */
export function jwtResponse(jwt: string, headers?: Readonly<Record<string, string>>): Response {
  return reply(200, { ...noStore, 'content-type': 'application/jwt', ...headers }, jwt)
}
