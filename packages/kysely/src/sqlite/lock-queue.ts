import type { Awaitable } from '@oauth/core'

/** The rules by which a call waits for a lock. */
export interface Waiting {
  /** Whether the call waits behind the calls in the queue. A read that meets no lock does not need to. */
  readonly inLine: boolean
  /** Tells whether an error means that another connection has the lock, and that nothing was done. */
  readonly isLocked: (error: unknown) => boolean
  /** Makes the error for the caller. `late` is true when the lock was still held at the deadline. */
  readonly failure: (error: unknown, late: boolean) => unknown
}

/** The queue in which all calls of a connection wait while another connection has the lock. */
export interface LockQueue {
  /**
   * Runs `attempt` synchronously, unless it meets a lock or other calls wait. Then it runs when its turn comes, in the order
   * of the calls, or fails at its deadline. Only the first call in the queue tries to get the lock.
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

/** The longest pause in milliseconds between two attempts of the first call. The pauses begin with one millisecond. */
const longestPause = 5

/** Milliseconds for which queued calls run before the event loop gets a turn. */
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

  /** Tries the first call in the queue. Returns whether it is finished, successfully or not. */
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
    // All calls may wait for the same time, so the first in the queue is the first to reach its deadline.
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
