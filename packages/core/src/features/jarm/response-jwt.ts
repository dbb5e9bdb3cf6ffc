import type { Context } from '../../contracts/context.ts'
import { responseAlgorithmOf } from '../../policy/response-signing.ts'
import type { AuthorizationResponse } from '../../protocol/errors.ts'
import type { ClientRecord } from '../../storage/client.ts'
import { encryptForClient, responseEncryptionOf } from '../../tokens/encrypt-for-client.ts'

/**
 * Makes the JWT of an authorization response or error ({@link https://openid.net/specs/oauth-v2-jarm.html JARM section
 * 2.1}). It has no `typ`, as in the examples of the standard: clients have validators that take `JWT` or none, and no
 * verifier of this server takes a JWT without one.
 * @param lifetime in seconds
 */
export async function responseJwt(
  ctx: Context,
  client: ClientRecord,
  parameters: AuthorizationResponse,
  lifetime: number,
): Promise<string> {
  const found = responseAlgorithmOf(ctx, client, 'authorization_signed_response_alg')
  if ('problem' in found) throw new Error(found.problem)
  const claims = { ...parameters, iss: ctx.config.issuer, aud: client.id, exp: ctx.clock.now() + lifetime }
  return encrypted(ctx, client, await ctx.keys.sign(found.algorithm, undefined, claims))
}

/**
 * Checks that the response can be encrypted for a client that registered encryption.
 * @throws {OAuthError} `unauthorized_client` when none of its keys can be used
 */
export async function checkEncryption(ctx: Context, client: ClientRecord): Promise<void> {
  await encrypted(ctx, client, '')
}

/** Encrypts the signed response for a client that registered encryption; for others it stays as it is. */
async function encrypted(ctx: Context, client: ClientRecord, jwt: string): Promise<string> {
  const encryption = responseEncryptionOf(client, 'authorization')
  return encryption === undefined ? jwt : encryptForClient(ctx, client, encryption, jwt)
}

/** Tells why the response cannot be signed for the client; `undefined` when it can. */
export function signingProblem(ctx: Context, client: ClientRecord): string | undefined {
  const found = responseAlgorithmOf(ctx, client, 'authorization_signed_response_alg')
  return 'problem' in found ? found.problem : undefined
}
