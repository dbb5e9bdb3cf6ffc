import type { Clock } from '../../contracts/clock.ts'
import type { ClientRecord } from '../../storage/client.ts'

/** A client whose document was fetched and checked. */
export interface CachedClient {
  readonly client: ClientRecord
  readonly etag?: string
  /** When the server of the document last confirmed it, in seconds since the epoch. */
  readonly confirmedAt: number
  /** Until when the client is used without asking again, in seconds since the epoch. */
  readonly freshUntil: number
  /** Until when the client is used although the server of the document does not answer. */
  readonly staleUntil: number
}

/** The clients whose documents this process knows. Only valid documents are in it, and never an error. */
export interface DocumentCache {
  /** Finds a client that may be used, be it after asking again. */
  find(clientId: string): CachedClient | undefined
  /** Adds or replaces a client. The one that was not found for the longest time makes room. */
  keep(cached: CachedClient): void
  forget(clientId: string): void
}

export function createDocumentCache(clock: Clock, maxEntries: number): DocumentCache {
  const entries = new Map<string, CachedClient>()

  const keep = (cached: CachedClient): void => {
    entries.delete(cached.client.id)
    if (entries.size >= maxEntries) entries.delete(entries.keys().next().value as string)
    entries.set(cached.client.id, cached)
  }

  return {
    find(clientId) {
      const cached = entries.get(clientId)
      if (cached === undefined) return undefined
      const now = clock.now()
      // Before `confirmedAt`: the clock was set back, and the age is unknown.
      if (now < cached.confirmedAt || now >= cached.staleUntil) {
        entries.delete(clientId)
        return undefined
      }
      keep(cached)
      return cached
    },
    keep,
    forget: (clientId) => void entries.delete(clientId),
  }
}
