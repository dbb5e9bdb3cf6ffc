import { asUnavailable, failureOf } from './errors.ts'
import type { TimeLimit } from './time-limit.ts'

/** The largest number of attempts when the database rolls back, the first one included. */
const attempts = 16

/** Milliseconds before the second attempt; twice as long before each further one, up to the longest pause. */
const firstPause = 4
const longestPause = 128

/** The largest number of attempts when the connection is lost or leads to a standby, the first one included. */
const connections = 3

/** Milliseconds after a lost connection. A pool may notice the loss a moment later, and offer the connection until then. */
const lostPause = 25

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Runs `attempt`, and repeats it where that is safe: when the database has rolled it back because of a concurrent
 * transaction, when the server is read-only, and when the connection was lost (a pool may offer connections that died while
 * idle) and `isUndone` says that nothing can have been written. After the last attempt it throws a `StorageUnavailableError`.
 */
export async function repeat<T>(limit: TimeLimit, attempt: () => Promise<T>, isUndone: () => boolean): Promise<T> {
  let rolledBack = 0
  let lost = 0
  for (;;) {
    limit.check()
    try {
      return await attempt()
    } catch (error) {
      const failure = failureOf(error)
      if (failure === 'rolled-back' && ++rolledBack < attempts) {
        // A random pause, so that two conflicting transactions do not begin again at the same moment.
        await pause((0.5 + Math.random()) * Math.min(firstPause * 2 ** (rolledBack - 1), longestPause))
      } else if ((failure === 'read-only' || (failure === 'unreachable' && isUndone())) && ++lost < connections) {
        // A random pause: a server that comes back should not get all requests of all processes in the same moment.
        await pause((0.5 + Math.random()) * lostPause)
      } else {
        throw asUnavailable(error)
      }
    }
  }
}
