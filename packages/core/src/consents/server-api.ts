import type { Context } from '../contracts/context.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import { type ConnectedApp, type ConnectedAppListing, listConnectedApps } from './connected-apps.ts'
import { type ConnectedGrant, listGrants, revokeUserGrants } from './connected-grants.ts'
import { disconnectApp } from './disconnect-app.ts'
import {
  type ConsentImport,
  type ConsentImportOptions,
  type ConsentImportResult,
  importConsent,
} from './import-consent.ts'
import { type ConsentChanges, deleteConsent, listConsents, updateConsent } from './manage-consents.ts'

/** The functions of a provider for consents and grants of users. */
export interface ConsentApi {
  /**
   * Takes over what a user agreed to at another server, so that the user is not asked again. Import its client first. It is
   * written at most once: importing it again does not bring back a consent that the user has withdrawn here, and never
   * changes one that the user has given here.
   * @throws {OAuthError} `not_found` for an unknown client; `invalid_scope` when the client has none of the scopes;
   * `invalid_request` for values that cannot be stored
   * @example
   * ```ts
   * await provider.importConsent({ clientId: 'notes', userId: 'user-1', scopes: ['openid', 'email'] })
   * ```
   */
  importConsent(consent: ConsentImport, options?: ConsentImportOptions): Promise<ConsentImportResult>
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
  /**
   * Lists the applications that have access to a user's account, or get it again without asking the user, for a page of
   * connected apps: those with a live grant, whatever made it, and those with a remembered consent. The one that got access
   * last comes first.
   * @throws {TypeError} for a `userId` that is not a string, a `limit` beyond 1 to 1000, or an `after` that is no entry
   * @example
   * ```ts
   * const apps = await provider.listConnectedApps(user.id)
   * const more = await provider.listConnectedApps(user.id, { after: apps.at(-1) })
   * ```
   */
  listConnectedApps(userId: string, listing?: ConnectedAppListing): Promise<readonly ConnectedApp[]>
  /**
   * Takes all access of one application to a user's account away: remembered consents, live grants with their codes and
   * tokens, and what waits for the user's approval. The next sign-in at the application asks the user again. Once it has
   * returned, interactions that began before get no code, unless the user signs in again. Pass the id of the user who is
   * signed in, never one from a form. When it throws, call it again: a second call finishes the first.
   * @returns `false` when the application had no access and no consent of this user
   * @throws {TypeError} when `userId` or `clientId` is not a string, since that would end more than one connection
   * @example
   * ```ts
   * await provider.disconnectApp(user.id, String(form.get('client_id')))
   * ```
   */
  disconnectApp(userId: string, clientId: string): Promise<boolean>
  /** Lists the live grants of a user, newest first: one for each sign-in. `listConnectedApps` lists applications. */
  listGrants(userId: string): Promise<readonly ConnectedGrant[]>
  /**
   * Ends the live grants of a user, of one client or all, for instance after a password reset. Once it has returned,
   * interactions that began before get no code, unless the user signs in again. Consents stay remembered: to disconnect an
   * application, call `disconnectApp`.
   * @returns how many grants ended
   * @throws {TypeError} when `userId` is not a string, since that would end the grants of all users
   */
  revokeUserGrants(userId: string, options?: { readonly clientId?: string | undefined }): Promise<number>
}

export function consentApi(ctx: Context): ConsentApi {
  return {
    importConsent: (consent, options) => importConsent(ctx, consent, options),
    listConsents: (userId, { referenceId } = {}) => listConsents(ctx, userId, referenceId),
    updateConsent: (consentId, changes) => updateConsent(ctx, consentId, changes),
    deleteConsent: (consentId) => deleteConsent(ctx, consentId),
    listConnectedApps: (userId, listing) => listConnectedApps(ctx, userId, listing),
    disconnectApp: (userId, clientId) => disconnectApp(ctx, userId, clientId),
    listGrants: (userId) => listGrants(ctx, userId),
    revokeUserGrants: (userId, { clientId } = {}) => revokeUserGrants(ctx, userId, clientId),
  }
}
