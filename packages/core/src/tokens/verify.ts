import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import { credentialId, isCredential } from '../crypto/credential.ts'
import { isLive } from '../policy/grant.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { grantIdOf } from './jwt-access-token.ts'
import { membersInClaims, unknownLimit } from './members.ts'
import { verifyAccessTokenJwt } from './token-kind.ts'

/**
 * Verifies an access token of this server: known, not expired or revoked, its grant live and its client enabled.
 * Returns `undefined` otherwise.
 */
export async function verifyAccessToken(ctx: Context, text: string): Promise<VerifiedAccessToken | undefined> {
  // The host's own token format may contain dots as well, so the token may still be opaque.
  const jwt = text.includes('.') ? await verifyJwt(ctx, text) : undefined
  const verified = jwt ?? (await verifyOpaque(ctx, text))
  if (verified === undefined) return undefined
  const client = ctx.clients.findNamed(verified.clientId)
  return (client instanceof Promise ? await client : client) && verified
}

async function verifyOpaque(ctx: Context, text: string): Promise<VerifiedAccessToken | undefined> {
  const given = credentialId('a', text, ctx.config.formats.accessToken)
  const id = given instanceof Promise ? await given : given
  const found = id === undefined ? undefined : await ctx.storage.accessTokens.find(id)
  if (found === undefined) return undefined
  const { token, grant } = found
  const matches = isCredential(text, ctx.config.issuer, token.secretHash)
  if (!(matches instanceof Promise ? await matches : matches)) return undefined
  const now = ctx.clock.now()
  if (now >= token.expiresAt || unknownLimit(ctx, token.extra) !== undefined) return undefined
  const usable = token.grantId === undefined || isUsable(ctx, grant, token.clientId)
  if (!(usable instanceof Promise ? await usable : usable)) return undefined
  return {
    kind: 'opaque',
    id: token.id,
    clientId: token.clientId,
    ...fromGrant(grant),
    scopes: token.scope,
    audience: token.audience,
    ...(token.extra !== undefined && { extra: token.extra }),
    issuedAt: token.createdAt,
    expiresAt: token.expiresAt,
  }
}

async function verifyJwt(ctx: Context, text: string): Promise<VerifiedAccessToken | undefined> {
  const jwt = await verifyAccessTokenJwt(ctx, text)
  if (jwt === undefined) return undefined
  const { jti, client_id, scope, aud, iat, exp } = jwt.claims
  if (typeof jti !== 'string' || typeof client_id !== 'string' || typeof iat !== 'number' || typeof exp !== 'number')
    return undefined
  const grantId = grantIdOf(jti)
  const { revoked, grant } = await ctx.storage.accessTokens.findJwt({ jti, ...(grantId !== undefined && { grantId }) })
  if (revoked) return undefined
  if (grantId !== undefined && !(await isUsable(ctx, grant, client_id))) return undefined
  // No hook can set it, so a token that has it comes from the feature.
  if (jwt.claims.act !== undefined && !ctx.registry.tokenMembers.has('act')) return undefined
  const extra = membersInClaims(ctx, jwt.claims)
  return {
    kind: 'jwt',
    id: jti,
    clientId: client_id,
    ...fromGrant(grant),
    scopes: parseScope(typeof scope === 'string' ? scope : '') ?? [],
    audience: typeof aud === 'string' ? [aud] : (aud as readonly string[]),
    issuedAt: iat,
    expiresAt: exp,
    ...(extra !== undefined && { extra }),
    claims: jwt.claims,
  }
}

/** Whether the grant of a token lives. One that another client got in exchange ends with the client of the grant as well. */
function isUsable(ctx: Context, grant: GrantRecord | undefined, clientId: string): Awaitable<boolean> {
  if (grant === undefined || !isLive(grant, ctx.clock.now())) return false
  return grant.clientId === clientId || isKnown(ctx, grant.clientId)
}

async function isKnown(ctx: Context, clientId: string): Promise<boolean> {
  return (await ctx.clients.findNamed(clientId)) !== undefined
}

type FromGrant = 'userId' | 'sessionId' | 'authTime' | 'acr' | 'amr' | 'grantId' | 'referenceId' | 'requestedClaims'

function fromGrant(grant: GrantRecord | undefined): Pick<VerifiedAccessToken, FromGrant> {
  if (grant === undefined) return {}
  return {
    userId: grant.userId,
    grantId: grant.id,
    ...(grant.sessionId !== undefined && { sessionId: grant.sessionId }),
    ...(grant.authTime !== undefined && { authTime: grant.authTime }),
    ...(grant.acr !== undefined && { acr: grant.acr }),
    ...(grant.amr !== undefined && { amr: grant.amr }),
    ...(grant.referenceId !== undefined && { referenceId: grant.referenceId }),
    ...(grant.claims !== undefined && { requestedClaims: grant.claims }),
  }
}
