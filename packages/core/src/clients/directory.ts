import type { ClientSource } from '../contracts/client-source.ts'
import type { Clock } from '../contracts/clock.ts'
import type { ClientDirectory } from '../contracts/context.ts'
import type { OAuthEvent } from '../contracts/events.ts'
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
 * a write through this process drops its entry at once, a write through another one counts when the entry ends. A source of
 * clients, which a feature brings, is asked each time: it knows how long what it has loaded is good.
 * @param sources those of the features, once they have started
 * @param emit hears of a source that failed
 */
export function createClientDirectory(
  store: ClientStore,
  clock: Clock,
  cacheSeconds: number,
  sources: () => readonly ClientSource[] = () => [],
  emit: (event: OAuthEvent) => void = () => undefined,
): ClientDirectory {
  const entries = new Map<string, Entry>()
  let changes = 0

  const read = async (id: string): Promise<ClientRecord | undefined> => {
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

  const sourceOf = (id: string): ClientSource | undefined => sources().find((source) => source.owns(id))

  return {
    find(id) {
      const source = sourceOf(id)
      if (source !== undefined) return loadFrom(source, id)
      const entry = entries.get(id)
      const now = clock.now()
      // Before `since` the clock was set back: the entry could be of any age.
      if (entry !== undefined && now >= entry.since && now < entry.until) return entry.client
      return read(id)
    },
    load(id) {
      const source = sourceOf(id)
      return source === undefined ? store.find(id) : loadFrom(source, id)
    },
    async tryLoad(id) {
      const source = sourceOf(id)
      if (source === undefined) return store.find(id)
      try {
        return await loadFrom(source, id)
      } catch (cause) {
        emit({ type: 'client_source.failed', clientId: id, cause })
        return undefined
      }
    },
    isForeign: (id) => sourceOf(id) !== undefined,
    forget(id) {
      changes++
      entries.delete(id)
    },
  }
}

/** A client from a source of a feature. What a source answers is checked: another client's id would open its grants. */
async function loadFrom(source: ClientSource, id: string): Promise<ClientRecord | undefined> {
  const client = await source.load(id)
  if (client === undefined || client.disabled) return undefined
  if (client.id === id) return client
  throw new TypeError('a source of clients must answer with the client that it was asked for, or undefined')
}
