import { hookFacts } from '../claims/hook-facts.ts'
import { withoutReserved } from '../claims/reserved.ts'
import { sessionIdFor } from '../claims/session-id.ts'
import { subjectOf } from '../claims/subject.ts'
import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import type { CustomClaims } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'
import { isLive } from '../policy/grant.ts'
import { mayIntrospect } from '../policy/introspection.ts'
import { scopeMember } from '../protocol/scope.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
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
  const presented = findRefreshToken(ctx, text)
  const found = presented instanceof Promise ? await presented : presented
  if (found !== undefined) return introspectRefreshToken(ctx, caller, found)
  const token = await verifyAccessToken(ctx, text)
  if (token === undefined) return inactive
  if (!mayIntrospect(caller, token, ctx.config.validAudiences)) return inactive
  return introspectAccessToken(ctx, caller, token)
}

async function introspectAccessToken(ctx: Context, caller: ClientRecord, token: VerifiedAccessToken): Promise<object> {
  if (!knowsBinding(ctx, token.extra?.cnf)) return inactive
  const named = ctx.clients.findNamed(token.clientId)
  const client = named instanceof Promise ? await named : named
  const known = token.userId === undefined ? undefined : ctx.config.authentication.getUser(token.userId)
  const user = (isThenable(known) ? await known : known) ?? undefined
  if (client === undefined || (token.userId !== undefined && !user)) return inactive
  const claims = ownClaims(ctx, client, token, user)
  const custom = claims instanceof Promise ? await claims : claims
  const sub = user ? subjectOf(ctx, client, user.id) : client.id
  const subject = sub instanceof Promise ? await sub : sub
  const sid = sessionIdFor(ctx, client, token.sessionId)
  const audience = token.audience.length === 1 ? token.audience[0] : token.audience
  const own = {
    active: true,
    iss: ctx.config.issuer,
    sub: subject,
    client_id: client.id,
    azp: client.id,
    token_type: tokenTypeOf(ctx, token.extra?.cnf),
    scope: scopeMember(token.scopes),
    iat: token.issuedAt,
    exp: token.expiresAt,
    sid: sid instanceof Promise ? await sid : sid,
    // A resource server needs these to demand a stronger or newer sign-in (RFC 9470 section 6.2).
    auth_time: token.authTime,
    acr: token.acr,
    amr: token.amr,
    ...(token.audience.length > 0 && { aud: audience }),
  }
  // Most tokens have nothing else, and copying costs more than all of the above.
  if (custom === undefined && token.extra === undefined) return own
  return Object.assign({}, custom, membersFor(ctx, caller, token), own)
}

/** Returns the claims of a JWT, and what the host adds to an opaque token. */
function ownClaims(
  ctx: Context,
  client: ClientRecord,
  token: VerifiedAccessToken,
  user: BaseUser | undefined,
): Awaitable<CustomClaims | undefined> {
  if (token.kind === 'jwt') return token.claims
  const hook = ctx.config.hooks.customAccessTokenClaims
  if (hook === undefined) return undefined
  const input = { ...(user && { user }), ...hookFacts(client, token.scopes, resourcesOf(ctx, token), token) }
  return (async () => withoutReserved(ctx, 'customAccessTokenClaims', await hook(input)))()
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
