import type { Context } from '../contracts/context.ts'
import { idTokenAlgorithmOf, responseEncryptorOf, signsWithClientSecrets } from '../policy/client-support.ts'
import type { ClientRecord } from '../storage/client.ts'
import { signWithSecret } from './secret-signature.ts'

/**
 * Signs a JWT that only this client verifies (ID tokens and logout tokens): with the key of the algorithm that the
 * client registered, or with the client's secret when the server has no keys (`disableJwtPlugin`). When the client
 * registered `id_token_encrypted_response_alg`, the JWT is then encrypted for it.
 * @throws {OAuthError} `unauthorized_client` when the client's secret was not kept, this process has no key for the
 * client's algorithm, or the JWT cannot be encrypted
 */
export async function signForClient(ctx: Context, client: ClientRecord, typ: string, claims: object): Promise<string> {
  const encryptor = responseEncryptorOf(ctx, client, 'id_token')
  const signed = signsWithClientSecrets(ctx)
    ? await signWithSecret(ctx, client, typ, claims)
    : await ctx.keys.sign(idTokenAlgorithmOf(ctx, client), typ, claims)
  return encryptor === undefined ? signed : encryptor.encrypt(ctx, client, signed)
}
