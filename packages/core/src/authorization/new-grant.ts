import type { Context } from '../contracts/context.ts'
import type { GrantFacts, NewGrant, NewGrantCommit } from '../contracts/grant.ts'
import { createId } from '../crypto/credential.ts'
import { withGrantedVia } from '../policy/granted-via.ts'
import { withholdRefreshToken } from '../policy/refresh-token.ts'
import { OAuthError } from '../protocol/errors.ts'
import { noteSessionClient } from '../sessions/session-clients.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { isMarkedAnew, readStanding } from '../withdrawals/standing.ts'
import { accessWithdrawn, takeBack } from './withdrawn.ts'

/** Makes a grant from what the user approved. It is not stored yet. */
export function createGrant(ctx: Context, facts: GrantFacts): NewGrant {
  const { client, session, scope, claims, referenceId } = facts
  const extra = withGrantedVia(facts.extra, facts.via)
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
 * Stores a new grant with its code or tokens, all or nothing, unless access was withdrawn since the user approved.
 * @param client the client of the grant, when the caller has it already
 * @returns `gone` when a record to take no longer existed, and nothing was written
 * @throws {OAuthError} `access_denied` when access was withdrawn; the grant that was just written is then revoked
 */
export async function commitGrant(
  ctx: Context,
  { grant, withdrawals }: NewGrant,
  commit: NewGrantCommit,
  client?: ClientRecord,
): Promise<'won' | 'gone'> {
  const owner = client ?? (await ctx.clients.find(grant.clientId))
  if (owner === undefined) throw new OAuthError('invalid_grant', 'the client is no longer registered')
  // Recorded before the client gets the code or tokens: otherwise a session that ends now could miss this client.
  const noting = noteSessionClient(ctx, owner, grant)
  if (noting !== undefined) await noting
  const outcome = await ctx.storage.grants.commit({ grant, ...commit })
  if (outcome === 'gone') return 'gone'
  // Checked after the write: a revocation after this check finds the grant in the storage.
  const read = readStanding(ctx, owner, standingOf(grant))
  if (isMarkedAnew(withdrawals, read instanceof Promise ? await read : read)) {
    await takeBack(ctx, grant, commit.consent)
    throw accessWithdrawn()
  }
  return 'won'
}

/**
 * Returns the marks of withdrawals that concern a user at a client now. A mark that comes later ends what relies on
 * them.
 * @param before leaves out marks that were noted at this time or later, in seconds since the epoch
 */
export async function knownWithdrawals(
  ctx: Context,
  client: ClientRecord,
  userId: string,
  before: number = Number.POSITIVE_INFINITY,
): Promise<readonly string[]> {
  // Without a session, these are all marks.
  const { grants } = await readStanding(ctx, client, { user: { id: userId } })
  return grants.filter(({ notedAt }) => notedAt < before).map(({ version }) => version)
}

function standingOf({ userId, sessionId, authTime }: GrantRecord) {
  return {
    user: { id: userId },
    ...(sessionId !== undefined && { session: { id: sessionId, authTime: authTime ?? 0 } }),
  }
}
