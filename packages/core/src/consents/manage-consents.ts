import { claimsBeyondScope } from '../claims/requested-claims.ts'
import { clientNotFound } from '../clients/change.ts'
import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { noteWithdrawal } from '../withdrawals/note.ts'
import { revokeGrantsWhere } from './connected-grants.ts'
import { forgetConsent } from './forget-consent.ts'

export function consentNotFound(): OAuthError {
  return new OAuthError('not_found', 'no consent')
}

/** Lists the consents of a user, oldest first; with a reference, only those under it. */
export async function listConsents(
  ctx: Context,
  userId: string,
  referenceId?: string,
): Promise<readonly ConsentRecord[]> {
  return ctx.storage.consents.list({ userId, ...(referenceId !== undefined && { referenceId }) })
}

/** What remains of a consent after `updateConsent`. */
export interface ConsentChanges {
  /** The scopes that remain. */
  readonly scopes: readonly string[]
  /** The names of the claims, accepted one by one, that remain. Default: all of them. */
  readonly claims?: readonly string[] | undefined
}

/**
 * Narrows a consent: only what the user has agreed to, and the client is registered for, can remain. A consent can be
 * widened only on the consent page. Live grants that go beyond what remains end, and interactions that began before get
 * no code.
 * @throws {OAuthError} `not_found`; `invalid_request` without any scope, or for a claim that the user has not agreed
 * to; `invalid_scope` for a scope that the user has not agreed to or the client is not registered for
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
  // Written again: an approval at the same time may have widened it.
  await ctx.storage.consents.replaceScope(left)
  return { ...consent, scope, claims, updatedAt: now }
}

/** Whether a grant has only these scopes, and beyond their claims only these claims. */
function isWithin(grant: GrantRecord, scope: readonly string[], claims: readonly string[]): boolean {
  return (
    firstScopeOutside(grant.scope, scope) === undefined &&
    claimsBeyondScope(grant.claims, scope).every(({ name }) => claims.includes(name))
  )
}

/**
 * Deletes a consent. The user will be asked again, the grants under it end, and interactions that began before get no
 * code.
 * @returns `false` when there was none
 */
export async function deleteConsent(ctx: Context, id: string): Promise<boolean> {
  const consent = await ctx.storage.consents.findById(id)
  if (consent === undefined || !(await ctx.storage.consents.delete(id))) return false
  await end(ctx, 'consent.deleted', consent, () => true)
  // Deleted again: an approval at the same time may have stored it again.
  await forgetConsent(ctx, consent)
  return true
}

/**
 * Ends grants of the same user, client and reference. The consent has been changed before, so no new grant is like
 * them. The withdrawal mark ends grants that are being issued for the old consent.
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
