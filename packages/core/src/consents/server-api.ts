import type { Context } from '../contracts/context.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import { type ConnectedGrant, listGrants, revokeUserGrants } from './connected-apps.ts'
import { type ConsentChanges, deleteConsent, listConsents, updateConsent } from './manage-consents.ts'

/** What the server side does with what users agreed to. */
export interface ConsentApi {
  /** What a user agreed to, oldest first; with `referenceId` only what was agreed under it. */
  listConsents(
    userId: string,
    options?: { readonly referenceId?: string | undefined },
  ): Promise<readonly ConsentRecord[]>
  /**
   * Narrows a consent to some of its scopes, and of the claims that were agreed to by name, and ends the live grants that
   * go beyond them. Once it has returned, no code is issued for what began before.
   * @throws {OAuthError} `not_found`; `invalid_request` without any scope, and for a claim that was not agreed to;
   * `invalid_scope` for a scope that was not agreed to or that the client is not registered for
   */
  updateConsent(consentId: string, changes: ConsentChanges): Promise<ConsentRecord>
  /**
   * Deletes a consent and ends the live grants under it. Once it has returned, no code is issued for what began before.
   * `false` when there was none.
   */
  deleteConsent(consentId: string): Promise<boolean>
  /** The live grants of a user, newest first: what a page of connected apps shows. */
  listGrants(userId: string): Promise<readonly ConnectedGrant[]>
  /**
   * Ends the live grants of a user (of one client, or all); answers how many. Once it has returned, no code is issued for
   * what began before, unless the user signs in anew. What was consented to is still remembered.
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
