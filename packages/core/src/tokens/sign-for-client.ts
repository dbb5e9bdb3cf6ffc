import type { Context } from '../contracts/context.ts'
import { idTokenAlgorithmOf, signsWithClientSecrets } from '../policy/client-support.ts'
import type { ClientRecord } from '../storage/client.ts'
import { signWithSecret } from './secret-signature.ts'

/**
 * Signs what a client alone verifies, its ID tokens and logout tokens: with the key of the algorithm that it registered,
 * or with its own secret where this server has no keys (`disableJwtPlugin`).
 * @throws {OAuthError} `unauthorized_client` when the client has no secret that was kept, or is registered for an algorithm
 * that this process does not have
 */
export async function signForClient(ctx: Context, client: ClientRecord, typ: string, claims: object): Promise<string> {
  if (signsWithClientSecrets(ctx)) return signWithSecret(ctx, client, typ, claims)
  return ctx.keys.sign(idTokenAlgorithmOf(ctx, client), typ, claims)
}
