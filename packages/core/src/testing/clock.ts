import type { Clock } from '../contracts/clock.ts'

export interface FixedClock extends Clock {
  /** Moves the clock forward by so many seconds. */
  advance(seconds: number): void
}

/**
 * Makes a clock for tests that stands still until `advance` moves it. `start` is in seconds since the epoch.
 * @example
 * const clock = fixedClock()
 * const provider = createProvider({ clock, ...options })
 * clock.advance(3600)
 */
export function fixedClock(start = 1_800_000_000): FixedClock {
  let now = start
  return {
    now: () => now,
    advance(seconds) {
      now += seconds
    },
  }
}
