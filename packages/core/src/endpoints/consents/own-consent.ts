import { type Caller, hasPrivilege } from '../../clients/caller.ts'
import { consentNotFound } from '../../consents/manage-consents.ts'
import type { Context } from '../../contracts/context.ts'
import type { ClientAction } from '../../contracts/resolvers.ts'
import type { ConsentRecord } from '../../storage/consent.ts'
import { requireConsentId } from '../managed-request.ts'

/**
 * Finds a consent on which the caller may take this action: the caller's own, or one that another user gave under a
 * reference, if `clientPrivileges` allows it. For any other consent, the error is the same as for one that does not
 * exist.
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

/** Makes the response for a consent. Times are seconds since the epoch. */
export function consentView({ id, clientId, userId, referenceId, scope, claims, createdAt }: ConsentRecord): object {
  return {
    id,
    clientId,
    userId,
    referenceId: referenceId ?? null,
    scopes: scope,
    // Most consents have no claims that were requested by name, so the member is left out.
    ...(claims.length > 0 && { claims }),
    createdAt,
  }
}
