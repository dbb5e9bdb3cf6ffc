import { sharedWork } from './shared-work.ts'

/** A cache of documents that the server fetched from URLs. */
export interface UrlCache<Value> {
  /**
   * Returns the document of a URL, at most `maxAge` seconds old. The fragment of the URL is ignored. Callers at the
   * same time share one request. After a failure the server sends no request for 30 seconds; a document that was
   * fetched before stays in the cache.
   * @param beforeLoad called before a request is sent. If it throws, no request is sent
   * @throws {Error} the error of `load`, from now or from the last 30 seconds
   */
  get(url: string, maxAge: number, beforeLoad?: () => void): Promise<Value>
}

interface Entry<Value> {
  value?: { readonly value: Value; readonly at: number }
  failure?: { readonly error: unknown; readonly at: number }
}

/** For how many seconds a failure is answered without a new request. */
const failureAge = 30
/** The most entries, enough for the clients that are busy at one time. The oldest entry is removed first. */
const mostEntries = 500

/** A time in the future has no known age: the clock was set back. */
function isYounger(at: number, age: number, now: number): boolean {
  return now >= at && now - at < age
}

export function createUrlCache<Value>(
  load: (url: string) => Promise<Value>,
  clock: { now(): number },
): UrlCache<Value> {
  const entries = new Map<string, Entry<Value>>()
  const loading = sharedWork<Value>()

  const entryOf = (url: string): Entry<Value> => {
    const known = entries.get(url)
    if (known !== undefined) return known
    if (entries.size >= mostEntries) entries.delete(entries.keys().next().value as string)
    const entry: Entry<Value> = {}
    entries.set(url, entry)
    return entry
  }

  /** A request that ends after one that was sent later changes nothing: it would undo what is newer. */
  const reload = async (url: string, entry: Entry<Value>, isCurrent: () => boolean): Promise<Value> => {
    try {
      const value = await load(url)
      if (isCurrent()) {
        entry.value = { value, at: clock.now() }
        delete entry.failure
      }
      return value
    } catch (error) {
      if (isCurrent()) entry.failure = { error, at: clock.now() }
      throw error
    }
  }

  return {
    async get(given, maxAge, beforeLoad) {
      const url = given.split('#')[0] as string
      const entry = entryOf(url)
      const now = clock.now()
      if (entry.value !== undefined && isYounger(entry.value.at, maxAge, now)) return entry.value.value
      if (entry.failure !== undefined && isYounger(entry.failure.at, failureAge, now)) throw entry.failure.error
      return loading.run(url, async (isCurrent) => {
        beforeLoad?.()
        return reload(url, entry, isCurrent)
      })
    },
  }
}
