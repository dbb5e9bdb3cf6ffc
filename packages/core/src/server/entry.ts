import type { Awaitable } from '../storage/awaitable.ts'

type Fetch = (request: Request) => Promise<Response>

/** What the listener for Node uses of a provider beside its public functions. */
export interface Entry {
  /** Returns the URL that clients see for one at which a request has arrived. */
  readonly publishedUrl: (url: string) => string
  /**
   * Serves a request with a published URL. Unlike that of `fetch`, the response may be made lazily (`http/reply`), and be
   * there at once.
   */
  readonly answer: (request: Request) => Awaitable<Response>
}

/** By `fetch`, so that a host that puts a `fetch` of its own into a copy of the provider is asked itself. */
const entries = new WeakMap<Fetch, Entry>()

/** Lets `entryOf` find the entry behind a `fetch`. */
export function shareEntry(fetch: Fetch, entry: Entry): void {
  entries.set(fetch, entry)
}

/** Returns the entry of a provider. What the host has made itself is served by its `fetch`. */
export function entryOf(mounted: { readonly fetch: Fetch }): Entry {
  const answer: Fetch = (request) => mounted.fetch(request)
  return entries.get(mounted.fetch) ?? { publishedUrl: (url) => url, answer }
}
