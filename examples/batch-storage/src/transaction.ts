import { StorageUnavailableError } from '@oauth/core'
import { type Collection, primaryKey, writesFor } from './collection.ts'
import type { Condition, Entry, Key, KeyValueStore, Write } from './key-value.ts'

/** How often a verb is begun before it says that the store is too busy. */
const attempts = 500

/**
 * Reads now and writes later: what was read is a condition of the batch in which all that was written goes out. So nothing
 * is decided on what somebody else has changed meanwhile.
 */
export interface Transaction {
  /** The record with this key, which has to be the same still when the batch runs; so has a record that is not there. */
  get<R>(collection: Collection<R>, ...key: Key): Promise<R | undefined>
  /** The key that an index key leads to, likewise. */
  follow(index: Key): Promise<Key | undefined>
  /** Replaces what was read. */
  put<R>(collection: Collection<R>, before: R, after: R): void
  delete<R>(collection: Collection<R>, before: R): void
  /** Adds a record. One whose key is taken fails. */
  insert<R>(collection: Collection<R>, record: R): Promise<void>
}

/** Runs `work`, and again as long as something that it has read changes before its batch runs. */
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
    // A loser writes nothing. What it is told may depend on several reads, so those have to hold at one moment, too.
    if (writes.length === 0 && conditions.length < 2) return answer
    if (await store.batch(conditions, writes)) return answer
  }
  throw new StorageUnavailableError('the store is too busy', { retryAfter: 1 })
}
