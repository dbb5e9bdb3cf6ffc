import { type Collection, primaryKey } from './collection.ts'
import type { Key, KeyValueStore } from './key-value.ts'

/** Reads one record. */
export async function read<R>(store: KeyValueStore, collection: Collection<R>, ...key: Key): Promise<R | undefined> {
  return (await store.get(primaryKey(collection, key)))?.value as R | undefined
}

interface Page {
  /** The last key of the previous page, without the prefix. */
  readonly after?: Key
  readonly limit?: number
}

/** Reads the keys that an index leads to, in the order of the index. */
export async function keysUnder(
  store: KeyValueStore,
  prefix: Key,
  { after, limit }: Page = {},
): Promise<readonly Key[]> {
  const found = await store.list({
    prefix,
    ...(after !== undefined && { after: [...prefix, ...after] }),
    ...(limit !== undefined && { limit }),
  })
  return found.map(({ value }) => value as Key)
}

/** Reads the records that an index leads to, in its order. Leaves out a record that was deleted meanwhile. */
export async function readUnder<R>(
  store: KeyValueStore,
  collection: Collection<R>,
  prefix: Key,
  page: Page = {},
): Promise<readonly R[]> {
  const keys = await keysUnder(store, prefix, page)
  const found = await Promise.all(keys.map((key) => read(store, collection, ...key)))
  return found.filter((record) => record !== undefined)
}
