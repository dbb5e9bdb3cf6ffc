import type { Clock } from '../../contracts/clock.ts'
import { OAuthError } from '../../protocol/errors.ts'

/** How many documents the server fetches: see `FetchLimitOptions`. */
export interface FetchLimitRules {
  readonly perMinute: number
  readonly perMinuteAndHost: number
  readonly atOnce: number
  readonly atOncePerHost: number
}

/** Counts fetches, so that nobody can make this server flood another one with authorization URLs. */
export interface FetchLimits {
  /**
   * Begins a fetch from a host, named without its port: one machine answers on all its ports.
   * @returns a function to call when the fetch is over
   * @throws {OAuthError} `temporarily_unavailable` beyond a limit
   */
  begin(host: string): () => void
}

const windowSeconds = 60
/** Seconds after which a fetch counts as over. On Workers, one that ends with its request does not tell. */
const longestFetch = 60

export function createFetchLimits(clock: Clock, rules: FetchLimitRules): FetchLimits {
  let windowEnd = 0
  let count = 0
  const counts = new Map<string, number>()
  /** The fetches that run, the oldest first. */
  const running = new Set<{ readonly host: string; readonly begun: number }>()

  /** Starts a new minute when one is over, or when the clock was set back. Forgotten hosts cost no memory. */
  const renew = (): number => {
    const now = clock.now()
    if (now >= windowEnd || now < windowEnd - windowSeconds) {
      windowEnd = now + windowSeconds
      count = 0
      counts.clear()
    }
    return windowEnd - now
  }

  const dropLost = (): void => {
    const now = clock.now()
    for (const fetch of running) if (Math.abs(now - fetch.begun) >= longestFetch) running.delete(fetch)
  }

  return {
    begin(host) {
      const rest = renew()
      dropLost()
      const atHost = counts.get(host) ?? 0
      if (count >= rules.perMinute || atHost >= rules.perMinuteAndHost) throw tooMany(rest)
      const runningHere = [...running].filter((fetch) => fetch.host === host).length
      if (running.size >= rules.atOnce || runningHere >= rules.atOncePerHost) throw tooMany(1)
      count++
      counts.set(host, atHost + 1)
      const fetch = { host, begun: clock.now() }
      running.add(fetch)
      return () => void running.delete(fetch)
    },
  }
}

function tooMany(retryAfter: number): OAuthError {
  return new OAuthError(
    'temporarily_unavailable',
    'the server is fetching too many client documents at the moment: please try again',
    { headers: { 'retry-after': String(retryAfter) } },
  )
}
