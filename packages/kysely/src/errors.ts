import { type Awaitable, StorageUnavailableError } from '@oauth/core'
import { type Failure, failureOfCode, failureOfErrno, failureOfResultCode } from './error-codes.ts'

/** What pg, its pool and mysql2 say without a code. */
const unreachableMessages = new RegExp(
  [
    '^timeout exceeded when trying to connect',
    '^timeout expired$',
    '^Connection terminated',
    '^Client has encountered a connection error',
    '^Query read timeout',
    "^Can't add new command when connection is in closed state",
    '^Queue limit reached',
    '^Connection lost',
  ].join('|'),
)

/** What the error of a driver means; `undefined` for anything that says the statement itself is at fault. */
export function failureOf(error: unknown): Failure | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, extendedCode, errcode, errno, message, cause, errors } = error as Readonly<Record<string, unknown>>
  const named = failureOfCode(extendedCode) ?? failureOfCode(code)
  if (named !== undefined) return named
  // node:sqlite has one code for everything, and the result code of SQLite beside it.
  const numbered = code === 'ERR_SQLITE_ERROR' ? failureOfResultCode(errcode) : failureOfErrno(errno)
  if (numbered !== undefined) return numbered
  if (typeof message === 'string' && unreachableMessages.test(message)) return 'unreachable'
  // Each address of a host that was tried has an error of its own.
  if (Array.isArray(errors) && errors.length > 0) return failureOf(errors[0])
  return failureOf(cause)
}

/**
 * Whether a statement failed because a text in it is none to PostgreSQL, which has no NUL: nothing that is stored is like
 * it. (22021, character_not_in_repertoire.)
 */
export function isImpossibleText(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { readonly code?: unknown }).code === '22021'
}

/** Whether SQLite has done nothing, because another connection has the lock. Not SQLITE_BUSY_SNAPSHOT: its transaction is lost. */
export function isLocked(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code } = error as { readonly code?: unknown }
  return typeof code === 'string' && /^SQLITE_(?:BUSY(?!_SNAPSHOT)|LOCKED)/.test(code)
}

/** Whether a statement failed because its table does not exist. */
export function isMissingTable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, errno, message, cause } = error as Readonly<Record<string, unknown>>
  if (code === '42P01' || code === 'ER_NO_SUCH_TABLE' || errno === 1146) return true
  return (typeof message === 'string' && /\bno such table\b/.test(message)) || isMissingTable(cause)
}

/** Seconds after which a database may be usable again that an operator has to look after. */
const repairSeconds = 30

/** The error that the core answers with 503, for one of a database that is away, too busy or unusable; any other as it is. */
export function asUnavailable(error: unknown): unknown {
  const failure = failureOf(error)
  if (failure === 'unusable') {
    const message = 'the database is full, read-only or unreadable: look at its disk, its rights and its log'
    return new StorageUnavailableError(message, { cause: error, retryAfter: repairSeconds })
  }
  if (failure === 'unreachable') return new StorageUnavailableError('the database cannot be reached', { cause: error })
  if (failure === 'rolled-back') {
    return new StorageUnavailableError('the database is too busy', { cause: error, retryAfter: 1 })
  }
  return error
}

/** `action()`; where it fails, at once or later, because a value is taken: `otherwise(error)`. */
export function unlessTaken<T>(action: () => Awaitable<T>, otherwise: (error: unknown) => Awaitable<T>): Awaitable<T> {
  const recover = (error: unknown): Awaitable<T> => {
    if (failureOf(error) === 'taken') return otherwise(error)
    throw error
  }
  try {
    const result = action()
    return result instanceof Promise ? result.catch(recover) : result
  } catch (error) {
    return recover(error)
  }
}
