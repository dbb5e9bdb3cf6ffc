import type { Awaitable } from './awaitable.ts'

/** Something that is good once, for instance the `jti` of a client's assertion. */
export interface ReplayClaim {
  /** The hash of what it is and of whom: the core makes it, of one length whatever came in. */
  readonly id: string
  /** Seconds since the epoch after which the thing itself is refused, and the row may go. */
  readonly expiresAt: number
}

export interface ReplayStore {
  /** ATOMIC. `won` for exactly one caller, and `replayed` for everybody after it until the row is purged. */
  claim(claim: ReplayClaim): Awaitable<'won' | 'replayed'>
}
