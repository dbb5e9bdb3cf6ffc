import type { Awaitable } from './awaitable.ts'

/**
 * A mark that something was withdrawn: a session ended, or grants were revoked. What began before the mark must not end
 * in a code. The core notes the mark before it revokes, and looks for marks before and after it issues a code.
 */
export interface WithdrawalRecord {
  /** The hash of the issuer and of what was withdrawn. The core makes it, of one length whatever it is made from. */
  readonly id: string
  /** Random and new each time, so that a reader sees that the mark was noted again, even within the same second. */
  readonly version: string
  /** Seconds since the epoch at which it was noted. */
  readonly notedAt: number
  /** Seconds since the epoch. By then every interaction and code that began before the mark has ended, and the row may go. */
  readonly expiresAt: number
}

export interface WithdrawalStore {
  /**
   * ATOMIC. Adds the mark; where its id is taken, replaces the mark that is there. Once it has answered, every `find`
   * sees this mark or a later one.
   */
  note(record: WithdrawalRecord): Awaitable<void>
  /** Reads the marks with these ids, in any order, in one round trip; expired ones too: the core has the clock. */
  find(ids: readonly string[]): Awaitable<readonly WithdrawalRecord[]>
}
