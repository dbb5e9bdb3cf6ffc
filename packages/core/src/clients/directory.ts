import type { ClientCacheSignal } from '../contracts/client-cache-signal.ts'
import type { ClientSource } from '../contracts/client-source.ts'
import type { Clock } from '../contracts/clock.ts'
import type { ClientDirectory } from '../contracts/context.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord, ClientStore } from '../storage/client.ts'

interface Entry {
  readonly client: ClientRecord
  readonly since: number
  readonly until: number
}

/** How many clients are cached: enough for those that are busy at the same time. The oldest entry makes room. */
const mostEntries = 1000

/**
 * Makes the directory of clients, which caches stored clients for a few seconds. It caches only clients that exist, so
 * made-up ids do not fill it. A change by this process takes effect at once, a change by another one when the signal
 * tells of it, or when the cached entry expires. A client source of a feature is asked each time: it caches by itself.
 * @param sources returns the client sources of the features, which exist once the features have started
 * @param emit is told of a source or a signal that failed
 * @param signal tells other processes what this one changes, and this one what they change
 */
export function createClientDirectory(
  store: ClientStore,
  clock: Clock,
  cacheSeconds: number,
  sources: () => readonly ClientSource[] = () => [],
  emit: (event: OAuthEvent) => void = () => undefined,
  signal?: ClientCacheSignal,
): ClientDirectory {
  const entries = new Map<string, Entry>()
  let changes = 0

  const drop = (id: unknown): void => {
    changes++
    // Whatever is no id stands for all clients: too much is dropped rather than too little.
    if (typeof id === 'string') entries.delete(id)
    else entries.clear()
  }
  signal?.subscribe(drop)

  /** Reads the storage, and asks the source only when the storage does not know the id. */
  const read = async (id: string, source?: ClientSource): Promise<ClientRecord | undefined> => {
    entries.delete(id)
    const before = changes
    const client = await store.find(id)
    if (client === undefined && source !== undefined) return loadFrom(source, id)
    if (client === undefined || client.disabled) return undefined
    // When a client was changed in the meantime, what was read is outdated: do not cache it.
    if (cacheSeconds > 0 && changes === before) {
      if (entries.size >= mostEntries) entries.delete(entries.keys().next().value as string)
      const since = clock.now()
      entries.set(id, { client, since, until: since + cacheSeconds })
    }
    return client
  }

  const sourceOf = (id: string): ClientSource | undefined => sources().find((source) => source.owns(id))

  const find = (id: string): Awaitable<ClientRecord | undefined> => {
    const source = sourceOf(id)
    if (source !== undefined && source.storedFirst !== true) return loadFrom(source, id)
    const entry = entries.get(id)
    const now = clock.now()
    // Before `since`: the clock was set back, and the age of the entry is unknown.
    if (entry !== undefined && now >= entry.since && now < entry.until) return entry.client
    return read(id, source)
  }

  return {
    find,
    findNamed(id) {
      const found = find(id)
      return found instanceof Promise ? found.catch(unknownIfInvalid) : found
    },
    async load(id) {
      const source = sourceOf(id)
      if (source === undefined) return store.find(id)
      const stored = source.storedFirst === true ? await store.find(id) : undefined
      return stored ?? loadFrom(source, id)
    },
    async tryLoad(id) {
      const source = sourceOf(id)
      const stored = source === undefined || source.storedFirst === true ? await store.find(id) : undefined
      if (stored !== undefined || source === undefined) return stored
      try {
        return await loadFrom(source, id)
      } catch (cause) {
        emit({ type: 'client_source.failed', clientId: id, cause })
        return undefined
      }
    },
    isForeign: (id) => sourceOf(id) !== undefined,
    isReserved(id) {
      const source = sourceOf(id)
      return source !== undefined && source.storedFirst !== true
    },
    forget(id) {
      drop(id)
      if (signal !== undefined) void publish(signal, id, emit)
    },
  }
}

/** Tells the other processes that a client changed. A failure is an event: the change itself has succeeded. */
async function publish(signal: ClientCacheSignal, clientId: string, emit: (event: OAuthEvent) => void): Promise<void> {
  try {
    await signal.publish(clientId)
  } catch (cause) {
    emit({ type: 'client_cache_signal.failed', clientId, cause })
  }
}

/** Whoever only names a client that its source calls invalid gets the answer for an unknown one. */
function unknownIfInvalid(thrown: unknown): undefined {
  if (thrown instanceof OAuthError && thrown.code === 'invalid_client') return undefined
  throw thrown
}

/**
 * Loads a client from a feature's source and checks its id: with another client's id, it could use that client's
 * grants.
 */
async function loadFrom(source: ClientSource, id: string): Promise<ClientRecord | undefined> {
  const client = await source.load(id)
  if (client === undefined || client.disabled) return undefined
  if (client.id === id) return client
  throw new TypeError('a source of clients must answer with the client that it was asked for, or undefined')
}
