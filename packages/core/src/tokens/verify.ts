import type { VerifiedAccessToken } from '../contracts/access-token.ts'
import type { Context } from '../contracts/context.ts'
import { credentialId, isCredential } from '../crypto/credential.ts'
import { isLive } from '../policy/grant.ts'
import { parseScope } from '../protocol/scope.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import type { TokenGrant } from '../storage/grant.ts'
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
  const answer = id === undefined ? undefined : ctx.storage.accessTokens.find(id)
  const found = isThenable(answer) ? await answer : answer
  if (found === undefined) return undefined
  const { token, grant } = found
  const matches = isCredential(text, ctx.config.issuer, token.secretHash)
  if (!(matches instanceof Promise ? await matches : matches)) return undefined
  const now = ctx.clock.now()
  if (now >= token.expiresAt || unknownLimit(ctx, token.extra) !== undefined) return undefined
  const usable = token.grantId === undefined || isUsable(ctx, grant, token.clientId)
  if (!(usable instanceof Promise ? await usable : usable)) return undefined
  const verified: Draft = {
    kind: 'opaque',
    id: token.id,
    clientId: token.clientId,
    scopes: token.scope,
    audience: token.audience,
    issuedAt: token.createdAt,
    expiresAt: token.expiresAt,
  }
  if (token.extra !== undefined) verified.extra = token.extra
  if (grant !== undefined) addGrant(verified, grant)
  return verified
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
  const verified: Draft = {
    kind: 'jwt',
    id: jti,
    clientId: client_id,
    scopes: parseScope(typeof scope === 'string' ? scope : '') ?? [],
    audience: typeof aud === 'string' ? [aud] : (aud as readonly string[]),
    issuedAt: iat,
    expiresAt: exp,
    claims: jwt.claims,
  }
  if (extra !== undefined) verified.extra = extra
  if (grant !== undefined) addGrant(verified, grant)
  return verified
}

/** Whether the grant of a token lives. One that another client got in exchange ends with the client of the grant as well. */
function isUsable(ctx: Context, grant: TokenGrant | undefined, clientId: string): Awaitable<boolean> {
  if (grant === undefined || !isLive(grant, ctx.clock.now())) return false
  return grant.clientId === clientId || isKnown(ctx, grant.clientId)
}

async function isKnown(ctx: Context, clientId: string): Promise<boolean> {
  return (await ctx.clients.findNamed(clientId)) !== undefined
}

/** A token under construction. Each call with a token makes one: assigning members costs less than spreading objects. */
type Draft = { -readonly [Name in keyof VerifiedAccessToken]: VerifiedAccessToken[Name] }

function addGrant(verified: Draft, grant: TokenGrant): void {
  verified.userId = grant.userId
  verified.grantId = grant.id
  if (grant.sessionId !== undefined) verified.sessionId = grant.sessionId
  if (grant.authTime !== undefined) verified.authTime = grant.authTime
  if (grant.acr !== undefined) verified.acr = grant.acr
  if (grant.amr !== undefined) verified.amr = grant.amr
  if (grant.referenceId !== undefined) verified.referenceId = grant.referenceId
  if (grant.claims !== undefined) verified.requestedClaims = grant.claims
}
