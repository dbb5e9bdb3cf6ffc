import { expirations } from './expirations.ts'
import { frozen } from './frozen.ts'

/** A table: rows by their id. */
export interface Rows<R> {
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

/** A table whose rows expire. */
export interface ExpiringRows<R> extends Rows<R> {
  /** Deletes at most `limit` rows that expired before `now`, without reading the others. Answers how many. */
  purge(now: number, limit: number): number
}

export interface RowsOptions<R> {
  /** Keeps secondary indexes: it gets the row before and after each change. */
  readonly onChange?: (before: R | undefined, after: R | undefined) => void
  /** Answers the primary key of a row. Default: its `id`. */
  readonly keyOf?: (row: R) => string
}

/** Makes an empty table. */
export function rows<R extends { readonly id: string }>(
  name: string,
  { onChange, keyOf = ({ id }) => id }: RowsOptions<R> = {},
): Rows<R> {
  const byKey = new Map<string, R>()

  function put(row: R): void {
    const key = keyOf(row)
    const before = byKey.get(key)
    const after = frozen(row)
    byKey.set(key, after)
    onChange?.(before, after)
  }

  function requireFree(key: string | undefined): void {
    if (key !== undefined && byKey.has(key)) throw new Error(`${name}: the id ${JSON.stringify(key)} is taken`)
  }

  return {
    get: (key) => byKey.get(key),
    has: (key) => byKey.has(key),
    put,
    insert(row) {
      requireFree(keyOf(row))
      put(row)
    },
    requireFree,
    delete(key) {
      const before = byKey.get(key)
      if (!before) return false
      byKey.delete(key)
      onChange?.(before, undefined)
      return true
    },
    values: () => byKey.values(),
  }
}

/** Makes an empty table with an index on `expiresAt`. */
export function expiringRows<R extends { readonly id: string; readonly expiresAt: number }>(
  name: string,
  { onChange, keyOf = ({ id }) => id }: RowsOptions<R> = {},
): ExpiringRows<R> {
  const byEnd = expirations()
  const table = rows<R>(name, {
    keyOf,
    onChange(before, after) {
      const row = before ?? after
      if (row) byEnd.move(keyOf(row), before?.expiresAt, after?.expiresAt)
      onChange?.(before, after)
    },
  })
  return {
    ...table,
    purge(now, limit) {
      const expired = byEnd.before(now, limit)
      for (const key of expired) table.delete(key)
      return expired.length
    },
  }
}
