import type { Clock } from '../contracts/clock.ts'
import type { ClientDirectory } from '../contracts/context.ts'
import type { ClientRecord, ClientStore } from '../storage/client.ts'

interface Entry {
  readonly client: ClientRecord
  readonly since: number
  readonly until: number
}

/** Enough for the clients that are busy at one time; the oldest entry makes room. */
const mostEntries = 1000

/**
 * Clients by id, kept for a few seconds as frozen objects. Only clients that exist are kept, so made-up ids fill nothing;
 * a write through this process drops its entry at once, a write through another one counts when the entry ends.
 */
export function createClientDirectory(store: ClientStore, clock: Clock, cacheSeconds: number): ClientDirectory {
  const entries = new Map<string, Entry>()
  let changes = 0

  const load = async (id: string): Promise<ClientRecord | undefined> => {
    entries.delete(id)
    const before = changes
    const client = await store.find(id)
    if (client === undefined || client.disabled) return undefined
    // A client that was changed meanwhile is not what we have read.
    if (cacheSeconds > 0 && changes === before) {
      if (entries.size >= mostEntries) entries.delete(entries.keys().next().value as string)
      const since = clock.now()
      entries.set(id, { client, since, until: since + cacheSeconds })
    }
    return client
  }

  return {
    find(id) {
      const entry = entries.get(id)
      const now = clock.now()
      // Before `since` the clock was set back: the entry could be of any age.
      if (entry !== undefined && now >= entry.since && now < entry.until) return entry.client
      return load(id)
    },
    forget(id) {
      changes++
      entries.delete(id)
    },
  }
}
