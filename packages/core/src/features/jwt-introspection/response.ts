import type { Context } from '../../contracts/context.ts'
import type { ClientCall } from '../../contracts/endpoint.ts'
import { jwtResponse } from '../../http/jwt.ts'
import { responseAlgorithmOf } from '../../policy/response-signing.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { introspectionJwtType } from '../../protocol/introspection-jwt.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { encryptForClient, responseEncryptionOf } from '../../tokens/encrypt-for-client.ts'
import { asksFor } from './accept.ts'

const typ = 'token-introspection+jwt'

/**
 * Makes an introspection response as a JWT for a caller that asks for it by `Accept` ({@link
 * https://www.rfc-editor.org/rfc/rfc9701#section-5 RFC 9701 section 5}).
 * @returns `undefined` for a caller that does not ask for a JWT
 * @throws {OAuthError} `invalid_request` when the response must be encrypted and the caller does not ask for a JWT;
 * `unauthorized_client` when there is no key for the caller's algorithms
 */
export async function respondWithJwt(
  ctx: Context,
  { request, client }: ClientCall,
  introspection: object,
): Promise<Response | undefined> {
  const encryption = responseEncryptionOf(client, 'introspection')
  if (!asksFor(introspectionJwtType, request.headers.get('accept'))) {
    if (encryption === undefined) return undefined
    throw new OAuthError(
      'invalid_request',
      `this client registered ${encryption.member}: send Accept: ${introspectionJwtType}`,
    )
  }
  const signed = await introspectionJwt(ctx, client, introspection)
  const jwt = encryption === undefined ? signed : await encryptForClient(ctx, client, encryption, signed)
  return jwtResponse(jwt, { 'content-type': introspectionJwtType, vary: 'accept' })
}

function introspectionJwt(ctx: Context, client: ClientRecord, introspection: object): Promise<string> {
  const algorithm = responseAlgorithmOf(ctx, client, 'introspection_signed_response_alg')
  if (algorithm === undefined) throw unsupportedAlgorithm(client)
  // No `sub` and `exp` here, so that nothing takes the response for an access token (RFC 9701 section 8.1).
  return ctx.keys.sign(algorithm, typ, {
    iss: ctx.config.issuer,
    aud: client.id,
    iat: ctx.clock.now(),
    token_introspection: introspection,
  })
}

function unsupportedAlgorithm({ metadata }: ClientRecord): OAuthError {
  return new OAuthError(
    'unauthorized_client',
    `this server does not support the client's introspection_signed_response_alg ${metadata.introspection_signed_response_alg}`,
  )
}
