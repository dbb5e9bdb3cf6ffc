import type { Context } from '../contracts/context.ts'
import { hmacBase64url } from '../crypto/hmac.ts'
import { pairwiseSecretFor } from '../policy/client-support.ts'
import { sectorOf } from '../policy/sector.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Returns the `sub` of a user for one client. Every token and answer uses it. A pairwise client gets a `sub` that is
 * the same within its sector and unrelated to that of any other sector ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}).
 * @throws {OAuthError} `unauthorized_client` for a pairwise client when this process has no `pairwiseSecret`
 */
export function subjectOf(ctx: Context, client: ClientRecord, userId: string): Awaitable<string> {
  const pairwiseSecret = pairwiseSecretFor(ctx, client)
  return pairwiseSecret === undefined ? userId : hmacBase64url(pairwiseSecret, `${sectorOf(client)}.${userId}`)
}
