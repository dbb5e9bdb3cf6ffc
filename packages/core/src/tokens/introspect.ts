import { hookFacts } from '../claims/hook-facts.ts'
import { withoutReserved } from '../claims/reserved.ts'
import { sessionIdFor } from '../claims/session-id.ts'
import { subjectOf } from '../claims/subject.ts'
import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import { isLive } from '../policy/grant.ts'
import { mayIntrospect } from '../policy/introspection.ts'
import { scopeMember } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'
import { resourcesOf } from './audience.ts'
import { knowsBinding, tokenTypeOf } from './binding.ts'
import { findRefreshToken } from './find-refresh-token.ts'
import { membersFor } from './members.ts'
import { refreshTokenExpiration } from './refresh-token-expiration.ts'
import { verifyAccessToken } from './verify.ts'

const inactive = { active: false } as const

/**
 * Introspects a token for the client that owns it and for the APIs that it is for (`mayIntrospect`). For any other client
 * the token is inactive ({@link https://www.rfc-editor.org/rfc/rfc7662#section-2.2 RFC 7662 section 2.2}).
 */
export async function introspectToken(ctx: Context, caller: ClientRecord, text: string): Promise<object> {
  const found = await findRefreshToken(ctx, text)
  if (found !== undefined) return introspectRefreshToken(ctx, caller, found)
  const token = await verifyAccessToken(ctx, text)
  if (token === undefined) return inactive
  if (!mayIntrospect(caller, token, ctx.config.validAudiences)) return inactive
  return introspectAccessToken(ctx, caller, token)
}

async function introspectAccessToken(ctx: Context, caller: ClientRecord, token: VerifiedAccessToken): Promise<object> {
  if (!knowsBinding(ctx, token.extra?.cnf)) return inactive
  const client = await ctx.clients.findNamed(token.clientId)
  const user = token.userId === undefined ? undefined : await ctx.config.authentication.getUser(token.userId)
  if (client === undefined || (token.userId !== undefined && !user)) return inactive
  const custom =
    token.kind === 'jwt'
      ? token.claims
      : await ctx.config.hooks.customAccessTokenClaims?.({
          ...(user && { user }),
          ...hookFacts(client, token.scopes, resourcesOf(ctx, token), token),
        })
  return {
    ...(token.kind === 'jwt' ? custom : withoutReserved(ctx, 'customAccessTokenClaims', custom)),
    ...membersFor(ctx, caller, token),
    active: true,
    iss: ctx.config.issuer,
    sub: user ? await subjectOf(ctx, client, user.id) : client.id,
    client_id: client.id,
    azp: client.id,
    token_type: tokenTypeOf(ctx, token.extra?.cnf),
    scope: scopeMember(token.scopes),
    iat: token.issuedAt,
    exp: token.expiresAt,
    ...(token.audience.length > 0 && { aud: token.audience.length === 1 ? token.audience[0] : token.audience }),
    sid: await sessionIdFor(ctx, client, token.sessionId),
    // A resource server needs these to demand a stronger or newer sign-in (RFC 9470 section 6.2).
    auth_time: token.authTime,
    acr: token.acr,
    amr: token.amr,
  }
}

async function introspectRefreshToken(ctx: Context, caller: ClientRecord, found: FoundRefreshToken): Promise<object> {
  if (found.grant.clientId !== caller.id) return inactive
  const { token, grant } = found
  const now = ctx.clock.now()
  if (token.rotatedAt !== undefined || now >= token.expiresAt || !isLive(grant, now)) return inactive
  if (!(await ctx.config.authentication.getUser(grant.userId))) return inactive
  return {
    active: true,
    iss: ctx.config.issuer,
    sub: await subjectOf(ctx, caller, grant.userId),
    client_id: grant.clientId,
    scope: scopeMember(grant.scope),
    iat: token.createdAt,
    exp: token.expiresAt,
    sid: await sessionIdFor(ctx, caller, grant.sessionId),
    ...refreshTokenExpiration(ctx, grant, token.expiresAt),
  }
}
