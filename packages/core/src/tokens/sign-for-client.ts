import type { Context } from '../contracts/context.ts'
import { idTokenAlgorithmOf, signsWithClientSecrets } from '../policy/client-support.ts'
import type { ClientRecord } from '../storage/client.ts'
import { signWithSecret } from './secret-signature.ts'

/**
 * Signs a JWT that only this client verifies (ID tokens and logout tokens): with the key of the algorithm that the
 * client registered, or with the client's secret when the server has no keys (`disableJwtPlugin`).
 * @throws {OAuthError} `unauthorized_client` when the client's secret was not kept, or this process has no key for the
 * client's algorithm
 */
export async function signForClient(ctx: Context, client: ClientRecord, typ: string, claims: object): Promise<string> {
  if (signsWithClientSecrets(ctx)) return signWithSecret(ctx, client, typ, claims)
  return ctx.keys.sign(idTokenAlgorithmOf(ctx, client), typ, claims)
}
