import type { Context } from '../contracts/context.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import { type ConnectedGrant, listGrants, revokeUserGrants } from './connected-apps.ts'
import { type ConsentChanges, deleteConsent, listConsents, updateConsent } from './manage-consents.ts'

/** The functions of a provider for consents and grants of users. */
export interface ConsentApi {
  /** Lists the consents of a user, oldest first; with `referenceId`, only those under this reference. */
  listConsents(
    userId: string,
    options?: { readonly referenceId?: string | undefined },
  ): Promise<readonly ConsentRecord[]>
  /**
   * Narrows a consent to some of its scopes and of the claims that the user accepted by name, and ends the live grants
   * that go beyond them. Once it has returned, interactions that began before get no code.
   * @throws {OAuthError} `not_found`; `invalid_request` without any scope, or for a claim that the user has not agreed
   * to; `invalid_scope` for a scope that the user has not agreed to or the client is not registered for
   */
  updateConsent(consentId: string, changes: ConsentChanges): Promise<ConsentRecord>
  /**
   * Deletes a consent and ends the live grants under it. Once it has returned, interactions that began before get no
   * code. Returns `false` when there was no such consent.
   */
  deleteConsent(consentId: string): Promise<boolean>
  /** Lists the live grants of a user, newest first, for a page of connected apps. */
  listGrants(userId: string): Promise<readonly ConnectedGrant[]>
  /**
   * Ends the live grants of a user, of one client or all, for instance after a password reset. Once it has returned,
   * interactions that began before get no code, unless the user signs in again. Consents stay remembered.
   * @returns how many grants ended
   * @throws {TypeError} when `userId` is not a string, since that would end the grants of all users
   */
  revokeUserGrants(userId: string, options?: { readonly clientId?: string | undefined }): Promise<number>
}

export function consentApi(ctx: Context): ConsentApi {
  return {
    listConsents: (userId, { referenceId } = {}) => listConsents(ctx, userId, referenceId),
    updateConsent: (consentId, changes) => updateConsent(ctx, consentId, changes),
    deleteConsent: (consentId) => deleteConsent(ctx, consentId),
    listGrants: (userId) => listGrants(ctx, userId),
    revokeUserGrants: (userId, { clientId } = {}) => revokeUserGrants(ctx, userId, clientId),
  }
}
