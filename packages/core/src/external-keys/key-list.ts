import type { KeySetFacts } from '../contracts/key-set.ts'
import { withinSeconds } from '../host/deadline.ts'
import { shareWork } from '../http/shared-work.ts'
import { type ListedKeys, readListedKeys } from './listed-keys.ts'
import type { ExternalKeyRules } from './options.ts'

/** Seconds between two calls of `list` that nothing but unknown keys or failures cause. */
export const retrySeconds = 5

/** The list of the keys outside, kept for some seconds. */
export interface KeyList {
  /**
   * Returns the keys, from memory where it knows them.
   * @throws what `list` threw, when it has failed for longer than `staleSeconds`
   */
  current(): Promise<ListedKeys>
  /** Returns the keys of a new call, or those that are known if the last call was within five seconds. */
  refreshed(): Promise<ListedKeys>
  /** Calls `list`. */
  read(): Promise<ListedKeys>
}

/** Makes the list of the keys outside, which calls `list` as seldom as possible, and once for requests at the same time. */
export function createKeyList(rules: ExternalKeyRules, facts: KeySetFacts): KeyList {
  const { clock, cacheSeconds, activationDelay, emit } = facts
  let known: ListedKeys | undefined
  let failure: { readonly cause: unknown; readonly at: number } | undefined

  /** A call that ends after a later one changes nothing: its keys may have one that was taken out of service meanwhile. */
  const call = async (isCurrent: () => boolean): Promise<ListedKeys> => {
    try {
      const work = (signal: AbortSignal) => rules.list({ signal })
      const answer = await withinSeconds('signingKeys.list', rules.timeoutSeconds, work)
      const now = clock.now()
      const found = await readListedKeys(answer, rules.algorithms, { now, activationDelay, before: known })
      if (!isCurrent()) return known ?? found
      known = found
      failure = undefined
      return found
    } catch (cause) {
      if (isCurrent()) failure = { cause, at: clock.now() }
      emit({ type: 'request.failed', endpoint: 'signing keys', cause })
      throw cause
    }
  }

  const read = shareWork(call)

  /** Seconds since a time; `Infinity` when the clock was set back, since then the true age is unknown. */
  const since = (time: number): number => {
    const age = clock.now() - time
    return age < 0 ? Number.POSITIVE_INFINITY : age
  }

  /** Calls `list` unless it has just failed. After a failure it returns the known keys, if they are not too old. */
  const retried = async (): Promise<ListedKeys> => {
    try {
      if (failure !== undefined && since(failure.at) < retrySeconds) throw failure.cause
      return await read()
    } catch (cause) {
      if (known !== undefined && since(known.readAt) < rules.staleSeconds) return known
      throw cause
    }
  }

  return {
    read,
    async current() {
      if (known === undefined) return retried()
      const age = since(known.readAt)
      if (age < cacheSeconds) return known
      if (age >= 2 * cacheSeconds) return retried()
      // Otherwise the known keys are used while `list` works, so that it delays no request. A failure is in the events.
      const failed = failure !== undefined && since(failure.at) < retrySeconds
      if (!failed) read().catch(() => undefined)
      return known
    },
    async refreshed() {
      return known !== undefined && since(known.readAt) < retrySeconds ? known : retried()
    },
  }
}
