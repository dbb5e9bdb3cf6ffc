/** Where the time comes from: an argument, so that a test is a function of its inputs. */
export interface Clock {
  /** Whole seconds since the epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Math.floor(Date.now() / 1000) }
