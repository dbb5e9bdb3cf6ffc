import type { Context } from '../../contracts/context.ts'
import { takesPlainJwt } from '../../policy/access-token-format.ts'
import { responseAlgorithmOf } from '../../policy/response-signing.ts'
import type { AuthorizationResponse } from '../../protocol/errors.ts'
import { findResource } from '../../protocol/resource.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { encryptForClient, responseEncryptionOf } from '../../tokens/encrypt-for-client.ts'

/**
 * Makes the JWT of an authorization response or error ({@link https://openid.net/specs/oauth-v2-jarm.html JARM section
 * 2.1}). It has no `typ`, as in the examples of the standard: clients have validators that take `JWT` or none, and no
 * verifier of this server takes a JWT without one. It is encrypted for a client that registered encryption.
 * @param lifetime in seconds
 * @throws {OAuthError} `unauthorized_client` when none of the client's keys can be used; `temporarily_unavailable` when
 * signing keys outside the process are away
 */
export async function responseJwt(
  ctx: Context,
  client: ClientRecord,
  parameters: AuthorizationResponse,
  lifetime: number,
): Promise<string> {
  const algorithm = responseAlgorithmOf(ctx, client, 'authorization_signed_response_alg')
  if (algorithm === undefined) throw new Error(unsupportedAlgorithm(client))
  const claims = { ...parameters, iss: ctx.config.issuer, aud: client.id, exp: ctx.clock.now() + lifetime }
  const jwt = await ctx.keys.sign(algorithm, undefined, claims)
  const encryption = responseEncryptionOf(client, 'authorization')
  return encryption === undefined ? jwt : encryptForClient(ctx, client, encryption, jwt)
}

/**
 * Tells why the response cannot be signed for the client; `undefined` when it can. A client whose id is a resource with
 * `accessTokenTyp: 'JWT'` gets none, as it gets no ID token: its API takes JWTs for `aud` that say nothing of their type.
 */
export function signingProblem(ctx: Context, client: ClientRecord): string | undefined {
  const { config } = ctx
  if (takesPlainJwt(config, findResource([...config.resourceFormats.keys()], client.id))) {
    return 'this client gets no signed responses, because its id is a resource with accessTokenTyp JWT'
  }
  const algorithm = responseAlgorithmOf(ctx, client, 'authorization_signed_response_alg')
  return algorithm === undefined ? unsupportedAlgorithm(client) : undefined
}

function unsupportedAlgorithm({ metadata }: ClientRecord): string {
  return `this server does not support the client's authorization_signed_response_alg ${metadata.authorization_signed_response_alg}`
}
