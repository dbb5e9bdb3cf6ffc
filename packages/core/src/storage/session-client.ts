import type { Awaitable } from './awaitable.ts'

/**
 * That a client has signed its user in within a session of the host's: whom to tell when the session ends. It outlives
 * the tokens, since the client's own session does, too.
 */
export interface SessionClientRecord {
  /** Made by the core from the session and the client: the same two have the same id. */
  readonly id: string
  readonly sessionId: string
  readonly clientId: string
  readonly userId: string
  /** Seconds since the epoch after which nobody has to be told any more. */
  readonly expiresAt: number
}

export interface SessionClientStore {
  /** ATOMIC, idempotent. Adds the record; where its id is taken, only `expiresAt` moves, and never backwards. */
  note(record: SessionClientRecord): Awaitable<void>
  /** The clients of a session, by the bytes of their ids; expired ones too: the core has the clock. */
  list(sessionId: string): Awaitable<readonly SessionClientRecord[]>
  /** ATOMIC. Removes one record: `true` for exactly one caller, who is the one to tell the client. */
  take(id: string): Awaitable<boolean>
}
