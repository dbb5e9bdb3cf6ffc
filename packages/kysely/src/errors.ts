import type { Awaitable } from '@oauth/core'

/** SQLite by name (better-sqlite3, bun), PostgreSQL by SQLSTATE, MySQL and MariaDB by name and by number. */
const uniqueViolations: ReadonlySet<unknown> = new Set([
  'SQLITE_CONSTRAINT_PRIMARYKEY',
  'SQLITE_CONSTRAINT_UNIQUE',
  'SQLITE_CONSTRAINT_ROWID',
  '23505',
  'ER_DUP_ENTRY',
  1062,
])

/** Whether a write failed because a primary key or a unique index has the value already. */
export function isUniqueViolation(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, errno, cause } = error as {
    readonly code?: unknown
    readonly errno?: unknown
    readonly cause?: unknown
  }
  return uniqueViolations.has(code) || uniqueViolations.has(errno) || isUniqueViolation(cause)
}

/** `action()`; where it fails, at once or later, with a unique violation: `otherwise(error)`. */
export function unlessTaken<T>(action: () => Awaitable<T>, otherwise: (error: unknown) => Awaitable<T>): Awaitable<T> {
  const recover = (error: unknown): Awaitable<T> => {
    if (isUniqueViolation(error)) return otherwise(error)
    throw error
  }
  try {
    const result = action()
    return result instanceof Promise ? result.catch(recover) : result
  } catch (error) {
    return recover(error)
  }
}
