import type { Context } from '../contracts/context.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import { type ConsentChanges, deleteConsent, listConsents, updateConsent } from './consents.ts'
import { endSession, type SessionEnd } from './end-session.ts'
import { type ConnectedGrant, listGrants, revokeUserGrants } from './user-grants.ts'

/** What the server side does with what users agreed to. */
export interface UserCalls {
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
  /**
   * Tells this server that a session of yours has ended: by your own logout page, by itself, or because you ended it. The
   * grants that were given in it end (`grantsEndingWithSession`), and the clients that signed the user in within it are
   * told, by the features that do so. Call it after the session has ended: once it has returned, no code is issued in
   * the session, whatever began before. A second call finds nothing left to do. `/oauth2/end-session` does the same by
   * itself, after `authentication.endSession`: do not call it from there.
   * @throws {TypeError} without a session
   */
  sessionEnded(sessionId: string): Promise<SessionEnd>
}

export function userCalls(ctx: Context): UserCalls {
  return {
    listConsents: (userId, { referenceId } = {}) => listConsents(ctx, userId, referenceId),
    updateConsent: (consentId, changes) => updateConsent(ctx, consentId, changes),
    deleteConsent: (consentId) => deleteConsent(ctx, consentId),
    listGrants: (userId) => listGrants(ctx, userId),
    revokeUserGrants: (userId, { clientId } = {}) => revokeUserGrants(ctx, userId, clientId),
    sessionEnded: (sessionId) => endSession(ctx, { sessionId }),
  }
}
