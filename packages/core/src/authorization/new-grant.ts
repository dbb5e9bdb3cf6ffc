import type { Context } from '../contracts/context.ts'
import type { GrantFacts, NewGrant, NewGrantCommit } from '../contracts/grant.ts'
import { createId } from '../crypto/credential.ts'
import { withholdRefreshToken } from '../policy/refresh-token.ts'
import { OAuthError } from '../protocol/errors.ts'
import { noteSessionClient } from '../sessions/session-clients.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { isMarkedAnew, readStanding } from '../withdrawals/standing.ts'
import { accessWithdrawn, takeBack } from './withdrawn.ts'

/** A grant for an approval, not yet stored. */
export function createGrant(ctx: Context, facts: GrantFacts): NewGrant {
  const { client, session, scope, claims, referenceId, extra } = facts
  const now = ctx.clock.now()
  const { refreshTokenAbsolute, authorizationCode, accessToken } = ctx.config.lifetimes
  const refreshes = withholdRefreshToken(client, scope, ctx.config) === undefined
  const grant: GrantRecord = {
    id: createId('g', now, ctx.random),
    clientId: client.id,
    userId: facts.userId,
    ...(session !== undefined && { sessionId: session.id, authTime: session.authTime }),
    scope,
    resources: facts.resources ?? [],
    ...(referenceId !== undefined && { referenceId }),
    ...(claims !== undefined && { claims }),
    ...(session?.acr !== undefined && { acr: session.acr }),
    ...(session?.amr !== undefined && { amr: session.amr }),
    ...(extra !== undefined && { extra }),
    offline: scope.includes('offline_access'),
    createdAt: now,
    expiresAt: now + (refreshes ? refreshTokenAbsolute : authorizationCode + accessToken),
  }
  return { grant, withdrawals: facts.withdrawals }
}

/**
 * Stores a new grant with what comes of it, all or nothing, unless access was withdrawn since the user approved.
 * @param client the client of the grant, where the caller has it at hand
 * @returns `gone` when a record to take was not there; nothing was written then
 * @throws {OAuthError} `access_denied` when access was withdrawn; what was written is ended again
 */
export async function commitGrant(
  ctx: Context,
  { grant, withdrawals }: NewGrant,
  commit: NewGrantCommit,
  client?: ClientRecord,
): Promise<'won' | 'gone'> {
  const owner = client ?? (await ctx.clients.find(grant.clientId))
  if (owner === undefined) throw new OAuthError('invalid_grant', 'the client is no longer registered')
  // Before the code or the tokens leave: a session that ends afterwards could miss the client.
  await noteSessionClient(ctx, owner, grant)
  const outcome = await ctx.storage.grants.commit({ grant, ...commit })
  if (outcome === 'gone') return 'gone'
  // After the write: a revocation that comes later than this look sees the grant by itself.
  if (isMarkedAnew(withdrawals, await readStanding(ctx, owner, standingOf(grant)))) {
    await takeBack(ctx, grant, commit.consent)
    throw accessWithdrawn()
  }
  return 'won'
}

/** The marks of withdrawals that concern a user at a client now. A mark that comes later ends what relies on them. */
export async function knownWithdrawals(ctx: Context, client: ClientRecord, userId: string): Promise<readonly string[]> {
  return (await readStanding(ctx, client, { user: { id: userId } })).versions
}

function standingOf({ userId, sessionId, authTime }: GrantRecord) {
  return {
    user: { id: userId },
    ...(sessionId !== undefined && { session: { id: sessionId, authTime: authTime ?? 0 } }),
  }
}
