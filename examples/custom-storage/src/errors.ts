import { StorageUnavailableError } from '@oauth/core'

export const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '')

/** Serialization failures and deadlocks: the database undid the transaction and asks for another try. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error))
}

/**
 * The connection is gone or never came about (system errors of Node, SQLSTATE class 08), the server is shutting down or
 * starting (57P01 to 57P03), has no connection, room or memory to spare (class 53), may not write (25006), cannot read or
 * write its files (class 58, XX001, XX002), or the pool gave up waiting.
 */
export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  if (/^(ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|EHOSTUNREACH)/.test(code)) return true
  if (/^(08...|53...|58...|57P0[123]|25006|XX00[12])$/.test(code)) return true
  return (
    error instanceof Error &&
    /Connection terminated|connection error|timeout exceeded when trying to connect|is closed/i.test(error.message)
  )
}

/** Makes a `StorageUnavailableError` (503) if the database is unavailable. Returns other errors (500) unchanged. */
export function toStorageError(error: unknown): unknown {
  if (!isAway(error)) return error
  return new StorageUnavailableError('PostgreSQL is unavailable', { cause: error })
}
