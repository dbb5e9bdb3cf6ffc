import type { ClientCacheSignal } from '../contracts/client-cache-signal.ts'
import type { ClientSource } from '../contracts/client-source.ts'
import type { ClientDirectory } from '../contracts/context.ts'
import type { Core } from '../contracts/core.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

interface Entry {
  readonly client: ClientRecord
  readonly since: number
  readonly until: number
}

/** How many clients are cached: enough for those that are busy at the same time. The oldest entry makes room. */
const mostEntries = 1000

/** What a directory works with: the core of the provider, or that of one request. */
type DirectoryCore = Pick<Core, 'storage' | 'clock' | 'registry' | 'emit'>

/** The cache that all requests share. */
interface Cache {
  readonly entries: Map<string, Entry>
  readonly seconds: number
  readonly signal: ClientCacheSignal | undefined
  /** How many times a client was dropped. */
  changes: number
}

/**
 * Makes the directory of clients, which caches stored clients for a few seconds. It caches only clients that exist, so
 * made-up ids do not fill it. A change by this process takes effect at once, a change by another one when the signal
 * tells of it, or when the cached entry expires. A client source of a feature is asked each time: it caches by itself.
 * @param core returns the core of the provider, whose tables are there once the features have started
 * @param signal tells other processes what this one changes, and this one what they change
 */
export function createClientDirectory(
  core: () => DirectoryCore,
  cacheSeconds: number,
  signal?: ClientCacheSignal,
): ClientDirectory {
  const cache: Cache = { entries: new Map(), seconds: cacheSeconds, signal, changes: 0 }
  signal?.subscribe((id) => drop(cache, id))
  return directoryOf(cache, core)
}

/** Makes the directory of a provider or of one request. */
function directoryOf(cache: Cache, core: () => DirectoryCore): ClientDirectory {
  return {
    find: (id) => find(cache, core(), id),
    findNamed(id) {
      const found = find(cache, core(), id)
      return found instanceof Promise ? found.catch(unknownIfInvalid) : found
    },
    load: (id) => load(core(), id),
    tryLoad: (id) => tryLoad(core(), id),
    isForeign: (id) => sourceOf(core(), id) !== undefined,
    isReserved(id) {
      const source = sourceOf(core(), id)
      return source !== undefined && source.storedFirst !== true
    },
    forget(id) {
      drop(cache, id)
      if (cache.signal !== undefined) void publish(cache.signal, id, core())
    },
    within: (other) => directoryOf(cache, () => other),
  }
}

function drop(cache: Cache, id: unknown): void {
  cache.changes++
  // Whatever is no id stands for all clients: too much is dropped rather than too little.
  if (typeof id === 'string') cache.entries.delete(id)
  else cache.entries.clear()
}

function sourceOf({ registry }: DirectoryCore, id: string): ClientSource | undefined {
  return registry.clientSources.find((source) => source.owns(id))
}

function find(cache: Cache, core: DirectoryCore, id: string): Awaitable<ClientRecord | undefined> {
  const source = sourceOf(core, id)
  if (source !== undefined && source.storedFirst !== true) return loadFrom(core, source, id)
  const entry = cache.entries.get(id)
  const now = core.clock.now()
  // Before `since`: the clock was set back, and the age of the entry is unknown.
  if (entry !== undefined && now >= entry.since && now < entry.until) return entry.client
  return read(cache, core, id, source)
}

/** Reads the storage, and asks the source only when the storage does not know the id. */
async function read(
  cache: Cache,
  core: DirectoryCore,
  id: string,
  source: ClientSource | undefined,
): Promise<ClientRecord | undefined> {
  const { entries, seconds } = cache
  entries.delete(id)
  const before = cache.changes
  const client = await core.storage.clients.find(id)
  if (client === undefined && source !== undefined) return loadFrom(core, source, id)
  if (client === undefined || client.disabled) return undefined
  // When a client was changed in the meantime, what was read is outdated: do not cache it.
  if (seconds > 0 && cache.changes === before) {
    if (entries.size >= mostEntries) entries.delete(entries.keys().next().value as string)
    const since = core.clock.now()
    entries.set(id, { client, since, until: since + seconds })
  }
  return client
}

async function load(core: DirectoryCore, id: string): Promise<ClientRecord | undefined> {
  const source = sourceOf(core, id)
  if (source === undefined) return core.storage.clients.find(id)
  const stored = source.storedFirst === true ? await core.storage.clients.find(id) : undefined
  return stored ?? loadFrom(core, source, id)
}

async function tryLoad(core: DirectoryCore, id: string): Promise<ClientRecord | undefined> {
  const source = sourceOf(core, id)
  const stored = source === undefined || source.storedFirst === true ? await core.storage.clients.find(id) : undefined
  if (stored !== undefined || source === undefined) return stored
  try {
    return await loadFrom(core, source, id)
  } catch (cause) {
    core.emit({ type: 'client_source.failed', clientId: id, cause })
    return undefined
  }
}

/** Tells the other processes that a client changed. A failure is an event: the change itself has succeeded. */
async function publish(signal: ClientCacheSignal, clientId: string, core: DirectoryCore): Promise<void> {
  try {
    await signal.publish(clientId)
  } catch (cause) {
    core.emit({ type: 'client_cache_signal.failed', clientId, cause })
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
async function loadFrom(core: DirectoryCore, source: ClientSource, id: string): Promise<ClientRecord | undefined> {
  // The core of the provider or of a request has more members than the directory itself uses.
  const client = await source.load(core as Core, id)
  if (client === undefined || client.disabled) return undefined
  if (client.id === id) return client
  throw new TypeError('a source of clients must answer with the client that it was asked for, or undefined')
}
