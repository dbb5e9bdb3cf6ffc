import { hookFacts } from '../claims/hook-facts.ts'
import { withoutReserved } from '../claims/reserved.ts'
import { sessionIdFor } from '../claims/session-id.ts'
import { subjectOf } from '../claims/subject.ts'
import type { Context } from '../contracts/context.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { Issuance } from '../contracts/issuance.ts'
import { encodeBase64url } from '../crypto/base64url.ts'
import { accessTokenFormatOf } from '../policy/access-token-format.ts'
import { scopeMember } from '../protocol/scope.ts'
import type { Extra } from '../storage/extra.ts'
import { audienceOf } from './audience.ts'

/** What an access token contains besides its issuance. */
export interface AccessTokenFacts {
  /** Absent for a machine token. */
  readonly user: BaseUser | undefined
  /** Members that features and the binding add. */
  readonly members: Extra | undefined
  readonly now: number
  readonly expiresAt: number
}

/**
 * Mints a JWT access token, which resource servers verify by themselves. It is not stored.
 * @throws {OAuthError} `invalid_target` when no one token is right for all of its resources
 */
export async function mintJwtAccessToken(
  ctx: Context,
  issuance: Issuance,
  { user, members, now, expiresAt }: AccessTokenFacts,
): Promise<string> {
  const { client, grant, scope, resources } = issuance
  const { algorithm, typ } = accessTokenFormatOf(ctx.config, resources)
  const audience = audienceOf(ctx, issuance)
  const custom = await ctx.config.hooks.customAccessTokenClaims?.({
    ...(user !== undefined && { user }),
    ...hookFacts(client, scope, resources, grant),
  })
  return ctx.keys.sign(algorithm, typ, {
    iss: ctx.config.issuer,
    ...withoutReserved(ctx, 'customAccessTokenClaims', custom),
    ...members,
    sub: user === undefined ? client.id : await subjectOf(ctx, client, user.id),
    aud: audience.length === 1 ? audience[0] : audience,
    client_id: client.id,
    azp: client.id,
    scope: scopeMember(scope),
    iat: now,
    exp: expiresAt,
    jti: createJti(ctx, grant?.id),
    sid: await sessionIdFor(ctx, client, grant?.sessionId),
    auth_time: grant?.authTime,
    acr: grant?.acr,
    amr: grant?.amr,
  })
}

/**
 * Makes the `jti`. It contains the grant's id, so that one look-up tells whether the token and its grant are still
 * valid.
 */
function createJti(ctx: Context, grantId: string | undefined): string {
  const unique = encodeBase64url(ctx.random.bytes(16))
  return grantId === undefined ? unique : `${grantId}.${unique}`
}

/** The grant's id in a `jti` of this server; `undefined` for a machine token. */
export function grantIdOf(jti: string): string | undefined {
  const dot = jti.indexOf('.')
  return dot < 0 ? undefined : jti.slice(0, dot)
}
