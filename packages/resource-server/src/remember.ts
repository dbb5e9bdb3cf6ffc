import type { Clock } from './clock.ts'

export interface RememberOptions {
  /** How long a value is good, in seconds. */
  readonly seconds: number
  /** How long a failure stands before it is tried again, in seconds. */
  readonly retrySeconds: number
  readonly clock: Clock
}

/**
 * Loads a value once for all who ask. After a failed renewal the old value goes on; a failure without one is told to
 * everybody for `retrySeconds`, so that a server in trouble is not asked once a request.
 */
export function remember<Value>(load: () => Promise<Value>, options: RememberOptions): () => Promise<Value> {
  let known: { readonly value: Value } | undefined
  let failure: unknown
  let since = Number.NEGATIVE_INFINITY
  let until = Number.NEGATIVE_INFINITY
  let loading: Promise<Value> | undefined

  const renew = async (): Promise<Value> => {
    try {
      const value = await load()
      known = { value }
      since = options.clock.now()
      until = since + options.seconds
      return value
    } catch (error) {
      failure = error
      since = options.clock.now()
      until = since + options.retrySeconds
      if (known !== undefined) return known.value
      throw error
    }
  }

  return async () => {
    const now = options.clock.now()
    // Before `since` the clock was set back: what is known could be of any age.
    if (now >= since && now < until) {
      if (known !== undefined) return known.value
      throw failure
    }
    loading ??= renew().finally(() => {
      loading = undefined
    })
    return loading
  }
}
