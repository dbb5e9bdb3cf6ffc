import { claimsBeyondScope } from '../claims/requested-claims.ts'
import { clientNotFound } from '../clients/change.ts'
import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'
import { revokeGrantsWhere } from './connected-apps.ts'
import { forgetConsent } from './forget-consent.ts'

export function consentNotFound(): OAuthError {
  return new OAuthError('not_found', 'no consent')
}

/** What a user agreed to, oldest first; with a reference only what was agreed under it. */
export async function listConsents(
  ctx: Context,
  userId: string,
  referenceId?: string,
): Promise<readonly ConsentRecord[]> {
  return ctx.storage.consents.list({ userId, ...(referenceId !== undefined && { referenceId }) })
}

/** What is to be left of a consent. */
export interface ConsentChanges {
  readonly scopes: readonly string[]
  /** The names of the claims that were agreed to one by one. Absent: all of them stay. */
  readonly claims?: readonly string[] | undefined
}

/**
 * Narrows a consent: only what was agreed to before, and only what the client is registered for, can be left of it. More
 * is agreed to on the consent page. Live grants that go beyond what is left end, and no code is issued for what began
 * before.
 * @throws {OAuthError} `not_found`; `invalid_request` without any scope, and for a claim that was not agreed to;
 * `invalid_scope`
 */
export async function updateConsent(ctx: Context, id: string, changes: ConsentChanges): Promise<ConsentRecord> {
  const scope = [...new Set(changes.scopes)]
  if (scope.length === 0) throw new OAuthError('invalid_request', 'scopes must be provided')
  const consent = await ctx.storage.consents.findById(id)
  if (consent === undefined) throw consentNotFound()
  const client = await ctx.clients.load(consent.clientId)
  if (client === undefined) throw clientNotFound()
  const unregistered = firstScopeOutside(scope, parseScope(client.metadata.scope) ?? [])
  if (unregistered !== undefined) {
    throw new OAuthError('invalid_scope', `Client was not registered with scope ${unregistered}`)
  }
  const added = firstScopeOutside(scope, consent.scope)
  if (added !== undefined) throw new OAuthError('invalid_scope', `the user has not consented to scope ${added}`)
  const claims = [...new Set(changes.claims ?? consent.claims)]
  const addedClaim = claims.find((name) => !consent.claims.includes(name))
  if (addedClaim !== undefined) {
    throw new OAuthError('invalid_request', `the user has not consented to claim ${addedClaim}`)
  }
  const now = ctx.clock.now()
  const left = { id, scope, claims, now }
  if (!(await ctx.storage.consents.replaceScope(left))) throw consentNotFound()
  await end(ctx, 'consent.narrowed', consent, (grant) => !isWithin(grant, scope, claims))
  // An approval that was being written meanwhile may have widened it again.
  await ctx.storage.consents.replaceScope(left)
  return { ...consent, scope, claims, updatedAt: now }
}

/** Whether a grant goes no further than these scopes, and these claims by name beyond what the scopes bring. */
function isWithin(grant: GrantRecord, scope: readonly string[], claims: readonly string[]): boolean {
  return (
    firstScopeOutside(grant.scope, scope) === undefined &&
    claimsBeyondScope(grant.claims, scope).every(({ name }) => claims.includes(name))
  )
}

/**
 * Deletes a consent: the user is asked again, what was granted under it ends, and no code is issued for what began before.
 * @returns `false` when there was none
 */
export async function deleteConsent(ctx: Context, id: string): Promise<boolean> {
  const consent = await ctx.storage.consents.findById(id)
  if (consent === undefined || !(await ctx.storage.consents.delete(id))) return false
  await end(ctx, 'consent.deleted', consent, () => true)
  // An approval that was being written meanwhile may have remembered it again.
  await forgetConsent(ctx, consent)
  return true
}

/**
 * Ends grants of the same user, client and reference. The consent has changed before, so that no new one is like them, and
 * the mark ends those that are being issued for the consent as it was.
 */
async function end(
  ctx: Context,
  type: 'consent.narrowed' | 'consent.deleted',
  { clientId, userId, referenceId }: ConsentRecord,
  isOver: (grant: GrantRecord) => boolean,
): Promise<void> {
  await noteWithdrawal(ctx, { userId, clientId })
  const grantsEnded = await revokeGrantsWhere(ctx, userId, (grant) => {
    return grant.clientId === clientId && grant.referenceId === referenceId && isOver(grant)
  })
  ctx.emit({ type, clientId, userId, grantsEnded })
}
