import { StorageUnavailableError } from '@oauth/core'
import { type Collection, primaryKey, writesFor } from './collection.ts'
import type { Condition, Entry, Key, KeyValueStore, Write } from './key-value.ts'

/** The largest number of attempts of a verb before it throws that the store is too busy. */
const attempts = 500

/**
 * Collects reads and writes. At the end one batch does all writes, with the versions of everything that was read as its
 * conditions, so that no decision is based on a record that another request has changed in the meantime.
 */
export interface Transaction {
  /** Reads a record, or `undefined`. The batch runs only if it is still the same (or still does not exist). */
  get<R>(collection: Collection<R>, ...key: Key): Promise<R | undefined>
  /** Reads the key that an index key leads to. The batch runs only if it is still the same. */
  follow(index: Key): Promise<Key | undefined>
  /** Replaces a record that was read. */
  put<R>(collection: Collection<R>, before: R, after: R): void
  delete<R>(collection: Collection<R>, before: R): void
  /** Adds a record. The verb fails if its key exists already. */
  insert<R>(collection: Collection<R>, record: R): Promise<void>
}

/** Runs `work`, and repeats it if anything that it has read changes before its batch runs. */
export async function transact<T>(store: KeyValueStore, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const conditions: Condition[] = []
    const writes: Write[] = []
    const read = async (key: Key): Promise<Entry | undefined> => {
      const entry = await store.get(key)
      conditions.push({ key, version: entry?.version })
      return entry
    }
    const answer = await work({
      get: async <R>(collection: Collection<R>, ...key: Key) =>
        (await read(primaryKey(collection, key)))?.value as R | undefined,
      follow: async (index) => (await read(index))?.value as Key | undefined,
      put: (collection, before, after) => void writes.push(...writesFor(collection, before, after)),
      delete: (collection, before) => void writes.push(...writesFor(collection, before, undefined)),
      async insert(collection, record) {
        const key = primaryKey(collection, collection.keyOf(record))
        if ((await read(key)) !== undefined) throw new Error(`${key.join(' ')} is taken`)
        writes.push(...writesFor(collection, undefined, record))
      },
    })
    // Without a write, check the reads too: the outcome may depend on several of them, so they must hold at one moment.
    if (writes.length === 0 && conditions.length < 2) return answer
    if (await store.batch(conditions, writes)) return answer
  }
  throw new StorageUnavailableError('the store is too busy', { retryAfter: 1 })
}
