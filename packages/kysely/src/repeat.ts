import { asUnavailable, failureOf } from './errors.ts'
import type { TimeLimit } from './time-limit.ts'

/** How often something is begun that the database rolls back, in all. */
const attempts = 8

/** Before the second attempt, in milliseconds; twice as long before each further one. */
const firstPause = 4

/** How often something is begun whose connection is lost, in all. */
const connections = 3

/** After a connection was lost, in milliseconds: a pool may hear of it a moment later, and hand it out until then. */
const lostPause = 25

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/**
 * Runs `attempt`, again where that is safe: a few times when the database has rolled it back because of somebody else's
 * transaction, and when the connection was lost (a pool hands out those that died while they were idle) as long as
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
        await pause((0.5 + Math.random()) * firstPause * 2 ** (rolledBack - 1))
      } else if (failure === 'unreachable' && isUndone() && ++lost < connections) {
        await pause(lostPause)
      } else {
        throw asUnavailable(error)
      }
    }
  }
}
