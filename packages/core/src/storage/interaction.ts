import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { Awaitable } from './awaitable.ts'

/** What the user has to do next. Each is a page of the host's. */
export type InteractionStep = 'login' | 'create' | 'select_account' | 'post_login' | 'consent'

/** An authorization request that waits for its user. */
export interface InteractionRecord {
  /** Random; the `state` that login and consent pages see. */
  readonly id: string
  readonly clientId: string
  /** SHA-256 of the cookie of the browser that began it, base64url. */
  readonly browserHash: string
  readonly request: AuthorizationRequest
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
  /** Counts up with each change; `replace` compares it. */
  readonly version: number
}

export interface InteractionStore {
  /** Adds an interaction. A taken id fails and changes nothing. */
  insert(record: InteractionRecord): Awaitable<void>
  /** Reads one interaction, expired ones too: the core has the clock. */
  find(id: string): Awaitable<InteractionRecord | undefined>
  /** ATOMIC. Replaces the interaction whose stored version is `expectedVersion`; `conflict` if it moved on or is gone. */
  replace(record: InteractionRecord, expectedVersion: number): Awaitable<'won' | 'conflict'>
  /** ATOMIC. Removes the interaction: `true` for exactly one caller. */
  take(id: string): Awaitable<boolean>
}
