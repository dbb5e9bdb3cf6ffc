/** The time as the server sees it. Pass another clock as `testing.clock` to control it in tests. */
export interface Clock {
  /** Whole seconds since the epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) }
