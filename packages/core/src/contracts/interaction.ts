import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { RecordTake } from '../storage/record.ts'

/** A step that the user has to take. For each step the host has a page. */
export type InteractionStep = 'login' | 'create' | 'select_account' | 'post_login' | 'consent'

/** A request that waits for its user. It is stored as a record of the kind `interaction`. */
export interface InteractionRecord {
  /** A random id: the `state` in the URLs of login and consent pages. */
  readonly id: string
  readonly clientId: string
  /** SHA-256 of the cookie of the browser that began it, base64url. */
  readonly browserHash: string
  readonly request: AuthorizationRequest
  /**
   * The name of the completion. Absent in an interaction that an earlier version stored: it ends in an authorization
   * code.
   */
  readonly completion?: string
  /** JSON that the completion needs at the end. */
  readonly value?: object
  /** Other records that the answer uses up, for instance a pushed request. */
  readonly take?: readonly RecordTake[]
  /** The step that is due. */
  readonly step: InteractionStep
  /** The steps that the user has taken. */
  readonly completed: readonly InteractionStep[]
  /** The session that existed when the request came in. It never satisfies a demand to sign in again. */
  readonly priorSession?: { readonly id: string; readonly authTime: number }
  /** How often the login page sent the user back with another session that does not fit the request either. */
  readonly futileLogins?: number
  /** The user to whom the interaction belongs, from login on. */
  readonly userId?: string
  readonly sessionId?: string
  /**
   * The versions of the withdrawal marks (`WithdrawalRecord.version`) that existed when the interaction was bound to
   * this user and session. A mark that is not among them was made later.
   */
  readonly withdrawals?: readonly string[]
  /** Once consent is due: the reference under which the page asks (`consentReferenceResolver`). */
  readonly referenceId?: string
  /** Once consent is due: the scopes that the user granted to the client before, as far as they count for the request. */
  readonly grantedBefore?: readonly string[]
  /**
   * Once consent is due for a client that is a document: the state of the document that the page was shown for. Absent for
   * any other client.
   */
  readonly documentState?: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Grows by one with each change. When two requests change the interaction at the same time, one of them wins. */
  readonly version: number
}
