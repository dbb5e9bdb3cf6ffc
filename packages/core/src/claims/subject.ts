import type { Context } from '../contracts/context.ts'
import { hmacBase64 } from '../crypto/hmac.ts'
import { pairwiseSecretFor } from '../policy/client-support.ts'
import { sectorOf } from '../policy/sector.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * The `sub` that this client sees for a user: the one place that decides it, for every token and answer. A pairwise
 * client sees a name of its sector's own, which no other sector can relate to
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}).
 * @throws {OAuthError} `unauthorized_client` for a pairwise client where this process has no `pairwiseSecret`
 */
export async function subjectOf(ctx: Context, client: ClientRecord, userId: string): Promise<string> {
  const pairwiseSecret = pairwiseSecretFor(ctx, client)
  if (pairwiseSecret === undefined) return userId
  const code = await hmacBase64(pairwiseSecret, `${sectorOf(client)}.${userId}`)
  return code.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
