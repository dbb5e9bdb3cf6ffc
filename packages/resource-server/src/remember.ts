import type { Clock } from './clock.ts'

export interface RememberOptions {
  /** Seconds for which a value is used. */
  readonly seconds: number
  /** Seconds after a failure until the next attempt. */
  readonly retrySeconds: number
  readonly clock: Clock
}

interface Attempt<Value> {
  readonly value: Promise<Value>
  /** Whether the attempt itself has succeeded or failed. */
  isOver: boolean
  /** The same for an attempt and those that were begun in its place. */
  readonly line: object
}

/** Milliseconds after which a caller no longer relies on the attempt of another one. */
const patience = 2000

/**
 * Loads a value once for all callers and caches it. When a renewal fails, the old value stays in use. When there is no old
 * value, all callers get the error for `retrySeconds`, so that not every request reaches a failing server.
 *
 * On Workers, an attempt ends with the request that began it, and its promise then never settles, or the platform rejects it.
 * So a caller that has waited for two seconds begins another attempt. An attempt that ends after one that was begun later
 * changes nothing that the later one has found.
 */
export function remember<Value>(load: () => Promise<Value>, options: RememberOptions): () => Promise<Value> {
  let known: { readonly value: Value } | undefined
  let failure: unknown
  let since = Number.NEGATIVE_INFINITY
  let until = Number.NEGATIVE_INFINITY
  let running: Attempt<Value> | undefined

  const renew = async (isCurrent: () => boolean): Promise<Value> => {
    try {
      const value = await load()
      if (!isCurrent() && known !== undefined) return known.value
      known = { value }
      since = options.clock.now()
      until = since + options.seconds
      return value
    } catch (error) {
      if (isCurrent()) {
        failure = error
        since = options.clock.now()
        until = since + options.retrySeconds
      }
      if (known !== undefined) return known.value
      throw error
    }
  }

  function begin(line: object = {}): Promise<Value> {
    const value = renew(() => running?.line === line).finally(() => {
      own.isOver = true
      if (running === own) running = undefined
    })
    const own: Attempt<Value> = { value, isOver: false, line }
    running = own
    return value
  }

  function wait(other: Attempt<Value>): Promise<Value> {
    let anew: Promise<Value> | undefined
    const next = (): Promise<Value> => {
      if (other.isOver) return other.value
      if (running === undefined) anew ??= begin()
      else anew ??= running === other ? begin(other.line) : wait(running)
      return anew
    }
    // What the platform says of a request that has ended is no failure of the attempt: `next` tells them apart.
    return Promise.race([other.value.catch(next), late().then(next)])
  }

  return async () => {
    const now = options.clock.now()
    // `now < since` means that the clock was set back: the value could have any age.
    if (now >= since && now < until) {
      if (known !== undefined) return known.value
      throw failure
    }
    return running === undefined ? begin() : wait(running)
  }
}

/** Waits for `patience`, without keeping a process of Node alive. */
function late(): Promise<void> {
  return new Promise((resolve) => {
    AbortSignal.timeout(patience).addEventListener('abort', () => resolve(), { once: true })
  })
}
