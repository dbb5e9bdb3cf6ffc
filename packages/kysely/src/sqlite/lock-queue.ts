import type { Awaitable } from '@oauth/core'

/** How a call waits for a lock. */
export interface Waiting {
  /** Whether it goes behind those that wait already. A read that meets no lock need not. */
  readonly inLine: boolean
  /** Whether an error says that somebody else has the lock, and that nothing was done. */
  readonly isLocked: (error: unknown) => boolean
  /** What the caller gets for an error; `late` for the lock that was still there at the deadline. */
  readonly failure: (error: unknown, late: boolean) => unknown
}

/** The one line in which all calls of a connection wait while somebody else has the lock. */
export interface LockQueue {
  /**
   * Runs `attempt`: synchronously, unless a lock is met or others wait. Then it runs when its turn comes, in the order of
   * the calls, or fails at its deadline. Only the first in the line looks whether the lock is free.
   */
  run<T>(attempt: () => T, waiting: Waiting): Awaitable<T>
}

interface Waiter extends Waiting {
  readonly attempt: () => unknown
  readonly deadline: number
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
  locked: unknown
}

/** The first in the line looks again after one millisecond, then a little less often, up to this. */
const longestPause = 5

/** For how many milliseconds the line is worked off before everybody else in the process gets a turn. */
const turn = 5

/**
 * @param patience milliseconds from a call to its deadline
 */
export function lockQueue(patience: number): LockQueue {
  const line: Waiter[] = []
  let isScheduled = false
  let looks = 0

  function look(): void {
    isScheduled = false
    const started = performance.now()
    let isFree = true
    while (isFree && line.length > 0 && performance.now() - started < turn) isFree = serve(line[0] as Waiter)
    looks = isFree ? 0 : looks + 1
    if (!isFree) dismissLate()
    lookAgain(isFree ? 0 : Math.min(looks, longestPause))
  }

  /** Whether the first in the line is done with, one way or the other. */
  function serve(first: Waiter): boolean {
    try {
      first.resolve(first.attempt() as never)
    } catch (error) {
      first.locked = error
      if (first.isLocked(error)) return false
      first.reject(first.failure(error, false))
    }
    line.shift()
    return true
  }

  function dismissLate(): void {
    const now = performance.now()
    // All have the same patience, so the first in the line is the first to lose it.
    const patient = line.findIndex(({ deadline }) => deadline > now)
    const { locked } = line[0] as Waiter
    for (const late of line.splice(0, patient < 0 ? line.length : patient)) late.reject(late.failure(locked, true))
  }

  function lookAgain(pause: number): void {
    if (isScheduled || line.length === 0) return
    isScheduled = true
    setTimeout(look, pause)
  }

  return {
    run<T>(attempt: () => T, waiting: Waiting): Awaitable<T> {
      let locked: unknown
      if (!waiting.inLine || line.length === 0) {
        try {
          return attempt()
        } catch (error) {
          if (!waiting.isLocked(error)) throw waiting.failure(error, false)
          if (patience <= 0) throw waiting.failure(error, true)
          locked = error
        }
      }
      return new Promise<T>((resolve, reject) => {
        line.push({ ...waiting, attempt, deadline: performance.now() + patience, resolve, reject, locked })
        lookAgain(1)
      })
    },
  }
}
