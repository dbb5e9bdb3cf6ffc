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

export function createFetchLimits(clock: Clock, rules: FetchLimitRules): FetchLimits {
  let windowEnd = 0
  let count = 0
  let running = 0
  const counts = new Map<string, number>()
  const runningAt = new Map<string, number>()

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

  return {
    begin(host) {
      const rest = renew()
      const atHost = counts.get(host) ?? 0
      if (count >= rules.perMinute || atHost >= rules.perMinuteAndHost) throw tooMany(rest)
      const runningHere = runningAt.get(host) ?? 0
      if (running >= rules.atOnce || runningHere >= rules.atOncePerHost) throw tooMany(1)
      count++
      counts.set(host, atHost + 1)
      running++
      runningAt.set(host, runningHere + 1)
      return () => {
        running--
        const left = (runningAt.get(host) ?? 1) - 1
        if (left === 0) runningAt.delete(host)
        else runningAt.set(host, left)
      }
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
