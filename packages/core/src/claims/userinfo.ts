import type { Context } from '../contracts/context.ts'
import type { ClaimsInput } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { RequestedClaims } from '../protocol/claims-request.ts'
import { askableClaims, claimsByName } from './requested-claims.ts'
import { withoutReserved } from './reserved.ts'
import { claimsForScope } from './scope-claims.ts'
import { subjectOf } from './subject.ts'

/**
 * Collects the claims of a userinfo answer ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse OpenID Connect Core section 5.3.2}).
 * @param accessTokenClaims the claims of the access token
 * @param requested the claims that the client asked for by name, beside those of the scopes
 */
export async function userinfoClaims(
  ctx: Context,
  user: BaseUser,
  facts: ClaimsInput,
  accessTokenClaims: Readonly<Record<string, unknown>>,
  requested?: RequestedClaims,
): Promise<object> {
  const custom = await ctx.config.hooks.customUserinfoClaims?.({ user, accessTokenClaims, ...facts })
  const claims = ctx.config.userClaims(user)
  return {
    ...claimsByName(claims, askableClaims(ctx, facts.client, requested)),
    ...claimsForScope(claims, facts.scopes),
    ...withoutReserved(ctx, 'customUserinfoClaims', custom),
    sub: await subjectOf(ctx, facts.client, user.id),
  }
}
