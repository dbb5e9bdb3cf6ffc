import type { Clock } from './clock.ts'

export interface RememberOptions {
  /** Seconds for which a value is used. */
  readonly seconds: number
  /** Seconds after a failure until the next attempt. */
  readonly retrySeconds: number
  readonly clock: Clock
}

/**
 * Loads a value once for all callers and caches it. When a renewal fails, the old value stays in use. When there is no old
 * value, all callers get the error for `retrySeconds`, so that not every request reaches a failing server.
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
    // `now < since` means that the clock was set back: the value could have any age.
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
