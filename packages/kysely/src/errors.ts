import { type Awaitable, StorageUnavailableError } from '@oauth/core'
import {
  type Failure,
  failureOfCode,
  failureOfErrno,
  failureOfResultCode,
  failureOfWorkersMessage,
} from './error-codes.ts'

/** Messages of pg, its pool and mysql2 for connection errors without a code. */
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

/** Returns the meaning of a driver's error, or `undefined` when the statement itself is at fault. */
export function failureOf(error: unknown): Failure | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code, extendedCode, errcode, errno, message, cause, errors } = error as Readonly<Record<string, unknown>>
  const named = failureOfCode(extendedCode) ?? failureOfCode(code)
  if (named !== undefined) return named
  // A libSQL server has the kind of constraint in the message alone.
  if (code === 'SQLITE_CONSTRAINT' && String(message).includes('UNIQUE constraint failed')) return 'taken'
  // node:sqlite has the same code for every error, and the result code of SQLite in `errcode`.
  const numbered = code === 'ERR_SQLITE_ERROR' ? failureOfResultCode(errcode) : failureOfErrno(errno)
  if (numbered !== undefined) return numbered
  if (typeof message === 'string') {
    if (unreachableMessages.test(message)) return 'unreachable'
    const inMessage = failureOfWorkersMessage(message)
    if (inMessage !== undefined) return inMessage
  }
  // An AggregateError has one error for each address of the host that was tried.
  if (Array.isArray(errors) && errors.length > 0) return failureOf(errors[0])
  return failureOf(cause)
}

/**
 * Tells whether a statement failed because a text contains a character that PostgreSQL cannot store, such as NUL (22021,
 * character_not_in_repertoire). Then no stored row can match it.
 */
export function isImpossibleText(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { readonly code?: unknown }).code === '22021'
}

/** Tells whether SQLite did nothing because another connection has the lock. Excludes SQLITE_BUSY_SNAPSHOT, which ends the transaction. */
export function isLocked(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  // node:sqlite has the same code for every error. SQLITE_BUSY is 5, SQLITE_LOCKED is 6, and 517 is SQLITE_BUSY_SNAPSHOT.
  if (code === 'ERR_SQLITE_ERROR' && typeof errcode === 'number') {
    return errcode !== 517 && [5, 6].includes(errcode & 0xff)
  }
  return typeof code === 'string' && /^SQLITE_(?:BUSY(?!_SNAPSHOT)|LOCKED)/.test(code)
}

/** Tells whether a statement failed because its table does not exist. */
export function isMissingTable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, errno, message, cause } = error as Readonly<Record<string, unknown>>
  if (code === '42P01' || code === 'ER_NO_SUCH_TABLE' || errno === 1146) return true
  return (typeof message === 'string' && /\bno such table\b/.test(message)) || isMissingTable(cause)
}

/** `Retry-After` in seconds while the database is unusable and an operator has to act. */
const repairSeconds = 30

/** Makes a `StorageUnavailableError` (503) of the error of an unreachable, busy or unusable database. Returns other errors unchanged. */
export function asUnavailable(error: unknown): unknown {
  const failure = failureOf(error)
  if (failure === 'unusable') {
    const message = 'the database is full, read-only or unreadable: look at its disk, its rights and its log'
    return new StorageUnavailableError(message, { cause: error, retryAfter: repairSeconds })
  }
  if (failure === 'unreachable') return new StorageUnavailableError('the database cannot be reached', { cause: error })
  if (failure === 'read-only') {
    const primary = 'the database server is read-only: connect to the primary, not to a standby or a replica'
    return new StorageUnavailableError(primary, { cause: error })
  }
  if (failure === 'rolled-back') {
    return new StorageUnavailableError('the database is too busy', { cause: error, retryAfter: 1 })
  }
  return error
}

/** Runs `action`. When it fails because a unique value exists already, runs `otherwise` with the error instead. */
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
