import type { AuthorizationRequest } from '../protocol/authorization-request.ts'

/** What the user has to do next. Each is a page of the host's. */
export type InteractionStep = 'login' | 'create' | 'select_account' | 'post_login' | 'consent'

/** An authorization request that waits for its user. It is kept as a record of the kind `interaction`. */
export interface InteractionRecord {
  /** Random; the `state` that login and consent pages see. */
  readonly id: string
  readonly clientId: string
  /** SHA-256 of the cookie of the browser that began it, base64url. */
  readonly browserHash: string
  readonly request: AuthorizationRequest
  /** What it ends in; absent in an interaction that began before there was a choice: then it is the authorization code. */
  readonly completion?: string
  /** What the completion needs in the end. */
  readonly value?: object
  /** The step that is due. */
  readonly step: InteractionStep
  /** The steps that have been taken. */
  readonly completed: readonly InteractionStep[]
  /** The session that existed when the request came in: it can never satisfy a demand to sign in again. */
  readonly priorSession?: { readonly id: string; readonly authTime: number }
  /** From login on: whose interaction it is. */
  readonly userId?: string
  readonly sessionId?: string
  /**
   * The marks of withdrawals (`WithdrawalRecord.version`) that were there when the interaction was bound to this user and
   * session. A mark that is not among them was noted later.
   */
  readonly withdrawals?: readonly string[]
  /** Once consent is due: the host's partition of consents (`consentReferenceResolver`) under which the page asks. */
  readonly referenceId?: string
  readonly createdAt: number
  readonly expiresAt: number
  /** Raised with each change. Of two that change it at once, one wins. */
  readonly version: number
}
