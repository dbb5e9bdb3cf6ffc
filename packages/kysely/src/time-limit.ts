import { StorageUnavailableError } from '@oauth/core'

/** The time limit in seconds where the host has set none. */
export const defaultTimeout = 5

/** The longest time limit in seconds: a timer has 31 bits of milliseconds. */
const longestTimeout = 86_400

/** Checks the option `timeoutSeconds`. */
export function checkTimeout(timeoutSeconds: unknown): void {
  if (typeof timeoutSeconds === 'number' && timeoutSeconds > 0 && timeoutSeconds <= longestTimeout) return
  throw new TypeError(`@oauth/kysely: timeoutSeconds must be a number above 0 and at most ${longestTimeout}`)
}

/** The time limit of a verb. */
export interface TimeLimit {
  /** Whether the time is over, so that the caller has already got an error. */
  readonly passed: boolean
  /** Throws when the time is over, so that no further step begins. */
  check(): void
}

/**
 * Calls a function after the sockets were read. A process that had no time for its event loop, on a busy machine, calls its
 * timers first, though the answers may have come long ago.
 */
const afterReading: (run: () => void) => void = globalThis.setImmediate ?? ((run) => void setTimeout(run, 0))

/**
 * Runs `work` and rejects with a `StorageUnavailableError` if it takes longer than the given seconds. It cannot stop the
 * work itself, so `work` must check the limit before each step.
 */
export async function within<T>(timeoutSeconds: number, work: (limit: TimeLimit) => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  let late: StorageUnavailableError | undefined
  let isDone = false
  const limit: TimeLimit = {
    get passed() {
      return late !== undefined
    },
    check() {
      if (late !== undefined) throw late
    },
  }
  const timedOut = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      if (isDone) return
      late = new StorageUnavailableError(`the database did not answer within ${timeoutSeconds} s`)
      reject(late)
    }
    timer = setTimeout(() => afterReading(giveUp), timeoutSeconds * 1000)
  })
  const result = work(limit)
  // `result` may reject after the limit; without a handler that would be an unhandled rejection.
  result.catch(() => undefined)
  try {
    return await Promise.race([result, timedOut])
  } finally {
    isDone = true
    clearTimeout(timer)
  }
}
