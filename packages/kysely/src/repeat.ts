import { asUnavailable, failureOf } from './errors.ts'
import type { TimeLimit } from './time-limit.ts'

/** How often something is begun that the database rolls back, in all. */
const attempts = 8

/** Before the second attempt, in milliseconds; twice as long before each further one. */
const pause = 4

/**
 * Runs `attempt`, again where that is safe: a few times when the database has rolled it back because of somebody else's
 * transaction, and once more when the connection was lost (a pool hands out one that died while it was idle) and
 * `isUndone` says that nothing can have been written. Where it still fails so, with a `StorageUnavailableError`.
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
        // Those that ran into each other do not begin again at the same moment.
        await new Promise((resolve) => setTimeout(resolve, (0.5 + Math.random()) * pause * 2 ** (rolledBack - 1)))
      } else if (failure !== 'unreachable' || !isUndone() || ++lost > 1) {
        throw asUnavailable(error)
      }
    }
  }
}
