import { clientNotFound } from '../clients/change.ts'
import type { Context } from '../contracts/context.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { GrantRecord } from '../storage/grant.ts'
import { revokeGrantsWhere } from './user-grants.ts'

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

/**
 * Narrows a consent: only what was agreed to before, and only what the client is registered for, can be left of it. More
 * is agreed to on the consent page. Live grants that go beyond what is left end.
 * @throws {OAuthError} `not_found`; `invalid_request` without any scope; `invalid_scope`
 */
export async function updateConsent(ctx: Context, id: string, scopes: readonly string[]): Promise<ConsentRecord> {
  const scope = [...new Set(scopes)]
  if (scope.length === 0) throw new OAuthError('invalid_request', 'scopes must be provided')
  const consent = await ctx.storage.consents.findById(id)
  if (consent === undefined) throw consentNotFound()
  const client = await ctx.storage.clients.find(consent.clientId)
  if (client === undefined) throw clientNotFound()
  const unregistered = firstScopeOutside(scope, parseScope(client.metadata.scope) ?? [])
  if (unregistered !== undefined) {
    throw new OAuthError('invalid_scope', `Client was not registered with scope ${unregistered}`)
  }
  const added = firstScopeOutside(scope, consent.scope)
  if (added !== undefined) throw new OAuthError('invalid_scope', `the user has not consented to scope ${added}`)
  const now = ctx.clock.now()
  if (!(await ctx.storage.consents.replaceScope({ id, scope, now }))) throw consentNotFound()
  const beyond = (grant: GrantRecord) => firstScopeOutside(grant.scope, scope) !== undefined
  await end(ctx, 'consent.narrowed', consent, beyond)
  return { ...consent, scope, updatedAt: now }
}

/**
 * Deletes a consent: the user is asked again, and what was granted under it ends.
 * @returns `false` when there was none
 */
export async function deleteConsent(ctx: Context, id: string): Promise<boolean> {
  const consent = await ctx.storage.consents.findById(id)
  if (consent === undefined || !(await ctx.storage.consents.delete(id))) return false
  await end(ctx, 'consent.deleted', consent, () => true)
  return true
}

/** Ends grants of the same user, client and reference. The consent has changed before, so that no new one is like them. */
async function end(
  ctx: Context,
  type: 'consent.narrowed' | 'consent.deleted',
  { clientId, userId, referenceId }: ConsentRecord,
  isOver: (grant: GrantRecord) => boolean,
): Promise<void> {
  const grantsEnded = await revokeGrantsWhere(ctx, userId, (grant) => {
    return grant.clientId === clientId && grant.referenceId === referenceId && isOver(grant)
  })
  ctx.emit({ type, clientId, userId, grantsEnded })
}
