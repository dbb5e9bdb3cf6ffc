/** What was fetched from URLs, kept for a while. */
export interface UrlCache<Value> {
  /**
   * What is behind a URL, at most `maxAge` seconds old. A fragment is no part of the URL: it is never sent. Callers at one
   * time share one request. A failure is not tried again for half a minute, and does not drop what was fetched before it.
   * @param beforeLoad called before a request is sent; what it throws is thrown, and no request is sent
   * @throws {Error} what `load` threw, now or shortly before
   */
  get(url: string, maxAge: number, beforeLoad?: () => void): Promise<Value>
}

interface Entry<Value> {
  value?: { readonly value: Value; readonly at: number }
  failure?: { readonly error: unknown; readonly at: number }
  loading?: Promise<Value>
}

/** Seconds for which a failure stands. */
const failureAge = 30
/** Enough for the clients that are busy at one time; the oldest entry makes room. */
const mostEntries = 500

/** What is newer than now is of no known age: the clock was set back. */
function isYounger(at: number, age: number, now: number): boolean {
  return now >= at && now - at < age
}

export function createUrlCache<Value>(
  load: (url: string) => Promise<Value>,
  clock: { now(): number },
): UrlCache<Value> {
  const entries = new Map<string, Entry<Value>>()

  const entryOf = (url: string): Entry<Value> => {
    const known = entries.get(url)
    if (known !== undefined) return known
    if (entries.size >= mostEntries) entries.delete(entries.keys().next().value as string)
    const entry: Entry<Value> = {}
    entries.set(url, entry)
    return entry
  }

  const reload = async (url: string, entry: Entry<Value>): Promise<Value> => {
    try {
      const value = await load(url)
      entry.value = { value, at: clock.now() }
      delete entry.failure
      return value
    } catch (error) {
      entry.failure = { error, at: clock.now() }
      throw error
    } finally {
      delete entry.loading
    }
  }

  return {
    async get(given, maxAge, beforeLoad) {
      const url = given.split('#')[0] as string
      const entry = entryOf(url)
      const now = clock.now()
      if (entry.value !== undefined && isYounger(entry.value.at, maxAge, now)) return entry.value.value
      if (entry.failure !== undefined && isYounger(entry.failure.at, failureAge, now)) throw entry.failure.error
      if (entry.loading === undefined) {
        beforeLoad?.()
        entry.loading = reload(url, entry)
      }
      return entry.loading
    },
  }
}
