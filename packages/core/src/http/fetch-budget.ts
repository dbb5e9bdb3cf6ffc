import { webHost } from '../protocol/web-host.ts'

/** How often the server sends requests because somebody else asked it to. */
export interface FetchBudget {
  /**
   * Counts a request to the host of this URL, and to the account of whoever causes it; `false` where either has had too many
   * in this minute, and then nothing is counted.
   */
  take(url: string, account?: string): boolean
}

/** Requests a minute to one host, whoever causes them: a server that is named by many clients can bear five a second. */
const mostToOneHost = 300
/** Requests a minute that one account causes, to whatever hosts. */
const mostOfOneAccount = 120
/** Counters at one time; the oldest makes room. */
const mostCounters = 10_000
/** Seconds. */
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
    // One that ends later than a window lasts was opened before the clock was set back.
    if (known !== undefined && now < known.endsAt && known.endsAt <= now + windowSeconds) return known
    counters.delete(name)
    if (counters.size >= mostCounters) counters.delete(counters.keys().next().value as string)
    const opened = { count: 0, endsAt: now + windowSeconds }
    counters.set(name, opened)
    return opened
  }

  return {
    take(url, account) {
      const host = counterOf(`host ${webHost(url)?.host ?? url}`)
      const own = account === undefined ? undefined : counterOf(`account ${account}`)
      if (host.count >= mostToOneHost || (own !== undefined && own.count >= mostOfOneAccount)) return false
      host.count++
      if (own !== undefined) own.count++
      return true
    },
  }
}
