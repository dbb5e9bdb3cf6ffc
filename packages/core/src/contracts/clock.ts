/** The time as the server sees it. Pass another clock as `testing.clock` to control it in tests. */
export interface Clock {
  /** Whole seconds since the epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) }

/** Milliseconds since some moment, for durations: they grow evenly, also while the clock is set. */
export function stopwatch(): number {
  return performance.now()
}
