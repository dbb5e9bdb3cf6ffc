import type { Context } from '../contracts/context.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { ClientRecord } from '../storage/client.ts'
import { withoutReserved } from './reserved.ts'
import { claimsForScope } from './scope-claims.ts'
import { subjectOf } from './subject.ts'

/** What userinfo says ({@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse OpenID Connect Core section 5.3.2}). */
export async function userinfoClaims(
  ctx: Context,
  client: ClientRecord,
  user: BaseUser,
  scopes: readonly string[],
): Promise<object> {
  const custom = await ctx.config.hooks.customUserinfoClaims?.({ user, client, scopes })
  return {
    ...claimsForScope(ctx.config.userClaims(user), scopes),
    ...withoutReserved(ctx, 'customUserinfoClaims', custom),
    sub: await subjectOf(ctx, client, user.id),
  }
}
