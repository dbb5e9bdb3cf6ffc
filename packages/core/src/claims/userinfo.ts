import type { Context } from '../contracts/context.ts'
import type { CustomClaims } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { RequestedClaims } from '../protocol/claims-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import { askableClaims, claimsByName } from './requested-claims.ts'
import { withoutReserved } from './reserved.ts'
import { claimsForScope } from './scope-claims.ts'

/** What a userinfo answer is made from, beside the user. */
export interface UserinfoFacts {
  readonly client: ClientRecord
  /** The subject of the user for this client. */
  readonly sub: string
  readonly scopes: readonly string[]
  /** The claims that the client asked for by name, beside those of the scopes. */
  readonly requested: RequestedClaims | undefined
  /** What the hook `customUserinfoClaims` has answered. */
  readonly custom: CustomClaims | undefined | null
}

/**
 * Collects the claims of a userinfo answer ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse OpenID Connect Core section 5.3.2}).
 */
export function userinfoClaims(ctx: Context, user: BaseUser, facts: UserinfoFacts): object {
  const claims = ctx.config.userClaims(ctx, user)
  const { client, requested } = facts
  return {
    ...(requested !== undefined && claimsByName(claims, askableClaims(ctx, client, requested))),
    ...claimsForScope(claims, facts.scopes),
    ...withoutReserved(ctx, 'customUserinfoClaims', facts.custom),
    sub: facts.sub,
  }
}
