import { frozen } from './frozen.ts'

/** A table: rows by their id. */
export interface Rows<R extends { readonly id: string }> {
  get(id: string): R | undefined
  has(id: string): boolean
  /** Adds a row, or replaces the row with the same id. */
  put(row: R): void
  /** Adds a row; throws when its id is taken, as a primary key does. */
  insert(row: R): void
  /** Throws when the id is taken. A transaction calls it before its first write. */
  requireFree(id: string | undefined): void
  delete(id: string): boolean
  values(): Iterable<R>
}

/** Makes an empty table. `onChange` keeps secondary indexes: it gets the row before and after each change. */
export function rows<R extends { readonly id: string }>(
  name: string,
  onChange?: (before: R | undefined, after: R | undefined) => void,
): Rows<R> {
  const byId = new Map<string, R>()

  function put(row: R): void {
    const before = byId.get(row.id)
    const after = frozen(row)
    byId.set(after.id, after)
    onChange?.(before, after)
  }

  function requireFree(id: string | undefined): void {
    if (id !== undefined && byId.has(id)) throw new Error(`${name}: the id ${JSON.stringify(id)} is taken`)
  }

  return {
    get: (id) => byId.get(id),
    has: (id) => byId.has(id),
    put,
    insert(row) {
      requireFree(row.id)
      put(row)
    },
    requireFree,
    delete(id) {
      const before = byId.get(id)
      if (!before) return false
      byId.delete(id)
      onChange?.(before, undefined)
      return true
    },
    values: () => byId.values(),
  }
}
