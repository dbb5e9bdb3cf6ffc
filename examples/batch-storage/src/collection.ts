import type { Key, Write } from './key-value.ts'

/** How records of one kind are stored: the key of each record, and the index keys that lead to it. */
export interface Collection<R> {
  readonly name: string
  /** The key of a record, without the name of the collection. */
  keyOf(record: R): Key
  /** Index keys that lead to the record. They are written and deleted in the same batch as the record. */
  indexes?(record: R): readonly Key[]
}

export const primaryKey = (collection: { readonly name: string }, key: Key): Key => [collection.name, ...key]

/** Formats a number as text, so that the order of the texts is that of the numbers. */
export const ordered = (value: number): string => String(value).padStart(16, '0')

/** Makes the writes that add, replace or delete a record. The value of an index key is the record's key. */
export function writesFor<R>(collection: Collection<R>, before: R | undefined, after: R | undefined): readonly Write[] {
  const writes = new Map<string, Write>()
  const add = (write: Write): void => void writes.set(JSON.stringify(write.key), write)
  if (before !== undefined) {
    add({ key: primaryKey(collection, collection.keyOf(before)) })
    for (const key of collection.indexes?.(before) ?? []) add({ key })
  }
  if (after !== undefined) {
    const key = collection.keyOf(after)
    add({ key: primaryKey(collection, key), value: after })
    for (const index of collection.indexes?.(after) ?? []) add({ key: index, value: key })
  }
  return [...writes.values()]
}
