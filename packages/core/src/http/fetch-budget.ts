import { webHost } from '../protocol/web-host.ts'

/** Limits how often the server sends requests to URLs of clients. */
export interface FetchBudget {
  /**
   * Counts a request to the host of this URL, and for the account that causes it. It returns `false`, and counts
   * nothing, when either had too many requests in this minute.
   */
  take(url: string, account?: string): boolean
}

/**
 * The most requests per minute to one host, for all accounts together: a host that many clients name can bear five per
 * second.
 */
const mostToOneHost = 300
/** The most requests per minute that one account causes, to all hosts together. */
const mostOfOneAccount = 120
/** The most counters at one time; the oldest is removed first. */
const mostCounters = 10_000
/** The length of a window, in seconds. */
const windowSeconds = 60

interface Counter {
  count: number
  readonly endsAt: number
}

export function createFetchBudget(clock: { now(): number }): FetchBudget {
  const counters = new Map<string, Counter>()

  const counterOf = (name: string): Counter => {
    const now = clock.now()
    const known = counters.get(name)
    // A counter that ends later than a whole window from now was opened before the clock was set back.
    if (known !== undefined && now < known.endsAt && known.endsAt <= now + windowSeconds) return known
    counters.delete(name)
    if (counters.size >= mostCounters) counters.delete(counters.keys().next().value as string)
    const opened = { count: 0, endsAt: now + windowSeconds }
    counters.set(name, opened)
    return opened
  }

  return {
    take(url, account) {
      const host = counterOf(`host ${hostOf(url)}`)
      const own = account === undefined ? undefined : counterOf(`account ${account}`)
      if (host.count >= mostToOneHost || (own !== undefined && own.count >= mostOfOneAccount)) return false
      host.count++
      if (own !== undefined) own.count++
      return true
    },
  }
}

/** The host that is counted: without the port, since one machine answers on all of them, and without a dot at the end. */
function hostOf(url: string): string {
  return webHost(url)?.hostname.replace(/\.$/, '') ?? url
}
