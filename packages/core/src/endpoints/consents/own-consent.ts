import { type Caller, hasPrivilege } from '../../clients/caller.ts'
import { consentNotFound } from '../../consents/manage-consents.ts'
import type { Context } from '../../contracts/context.ts'
import type { ClientAction } from '../../contracts/resolvers.ts'
import type { ConsentRecord } from '../../storage/consent.ts'
import { requireConsentId } from '../managed-request.ts'

/**
 * A consent that the caller may do this with: their own, under whichever reference, or one that another user gave under a
 * reference, where `clientPrivileges` says so. Any other is as unknown as one that does not exist.
 * @throws {OAuthError} `not_found`
 */
export async function findOwnConsent(
  ctx: Context,
  caller: Caller,
  action: ClientAction,
  id: unknown,
): Promise<ConsentRecord> {
  const consent = await ctx.storage.consents.findById(requireConsentId(id))
  if (consent === undefined) throw consentNotFound()
  if (consent.userId === caller.user.id) return consent
  const { referenceId } = consent
  if (referenceId === undefined) throw consentNotFound()
  if (await hasPrivilege(ctx, caller, { action, consent, referenceId }, false)) return consent
  throw consentNotFound()
}

/** A consent as its user sees it. Times are seconds since the epoch. */
export function consentView({ id, clientId, userId, referenceId, scope, claims, createdAt }: ConsentRecord): object {
  return {
    id,
    clientId,
    userId,
    referenceId: referenceId ?? null,
    scopes: scope,
    // What was asked for by name is the exception.
    ...(claims.length > 0 && { claims }),
    createdAt,
  }
}
