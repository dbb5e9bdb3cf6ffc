import type { Clock } from '../contracts/clock.ts'

export interface FixedClock extends Clock {
  /** Moves the time on by so many seconds. */
  advance(seconds: number): void
}

/** A clock that stands still until it is told to move. `start` in seconds since the epoch. */
export function fixedClock(start = 1_800_000_000): FixedClock {
  let now = start
  return {
    now: () => now,
    advance(seconds) {
      now += seconds
    },
  }
}
