import { type Awaitable, StorageUnavailableError } from '@oauth/core'

/**
 * What the failure of a statement means, whatever the driver calls it.
 *
 * - `taken`: a primary key or a unique index has the value already.
 * - `rolled-back`: the database has undone the transaction, or the statement, because of somebody else's. It may begin again.
 * - `unreachable`: the database is away, full, in recovery, or did not answer. What became of the statement is unknown.
 */
export type Failure = 'taken' | 'rolled-back' | 'unreachable'

/** SQLite by name (better-sqlite3, libSQL, bun). `SQLITE_BUSY` comes after the busy timeout; what met it has not run. */
const sqlite: Readonly<Record<string, Failure>> = {
  SQLITE_CONSTRAINT_PRIMARYKEY: 'taken',
  SQLITE_CONSTRAINT_UNIQUE: 'taken',
  SQLITE_CONSTRAINT_ROWID: 'taken',
  SQLITE_BUSY_SNAPSHOT: 'rolled-back',
  SQLITE_LOCKED: 'rolled-back',
  SQLITE_LOCKED_SHAREDCACHE: 'rolled-back',
  SQLITE_BUSY: 'rolled-back',
  SQLITE_BUSY_RECOVERY: 'rolled-back',
  SQLITE_BUSY_TIMEOUT: 'rolled-back',
}

/** PostgreSQL by SQLSTATE ({@link https://www.postgresql.org/docs/current/errcodes-appendix.html}). */
const postgres: Readonly<Record<string, Failure>> = {
  '23505': 'taken', // unique_violation
  '40001': 'rolled-back', // serialization_failure
  '40P01': 'rolled-back', // deadlock_detected
  '55P03': 'rolled-back', // lock_not_available: lock_timeout
  '57014': 'unreachable', // query_canceled: statement_timeout
  '57P01': 'unreachable', // admin_shutdown
  '57P02': 'unreachable', // crash_shutdown
  '57P03': 'unreachable', // cannot_connect_now
  '57P05': 'unreachable', // idle_session_timeout
  '25P03': 'unreachable', // idle_in_transaction_session_timeout
  '25006': 'unreachable', // read_only_sql_transaction: a replica, as during a failover
}

/** Whole classes of SQLSTATEs: connection exceptions, and insufficient resources (`too_many_connections`, `disk_full`). */
const unreachableClasses = /^(?:08|53)[0-9A-Z]{3}$/

/** MySQL and MariaDB by number ({@link https://mariadb.com/kb/en/mariadb-error-codes/}). */
const mysql: Readonly<Record<number, Failure>> = {
  1062: 'taken', // ER_DUP_ENTRY
  1020: 'rolled-back', // ER_CHECKREAD: MariaDB with innodb_snapshot_isolation
  1205: 'rolled-back', // ER_LOCK_WAIT_TIMEOUT
  1213: 'rolled-back', // ER_LOCK_DEADLOCK
  3572: 'rolled-back', // ER_LOCK_NOWAIT
  1021: 'unreachable', // ER_DISK_FULL
  1040: 'unreachable', // ER_CON_COUNT_ERROR
  1053: 'unreachable', // ER_SERVER_SHUTDOWN
  1077: 'unreachable', // ER_NORMAL_SHUTDOWN
  1158: 'unreachable', // ER_NET_READ_ERROR
  1159: 'unreachable', // ER_NET_READ_INTERRUPTED
  1160: 'unreachable', // ER_NET_ERROR_ON_WRITE
  1161: 'unreachable', // ER_NET_WRITE_INTERRUPTED
  1203: 'unreachable', // ER_TOO_MANY_USER_CONNECTIONS
  1290: 'unreachable', // ER_OPTION_PREVENTS_STATEMENT: --read-only, as during a failover
  1317: 'unreachable', // ER_QUERY_INTERRUPTED
  1836: 'unreachable', // ER_READ_ONLY_MODE
  1927: 'unreachable', // ER_CONNECTION_KILLED
  1969: 'unreachable', // ER_STATEMENT_TIMEOUT
  3024: 'unreachable', // ER_QUERY_TIMEOUT
}

/** Sockets by Node's code, and mysql2 where there was no answer with a number. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH'],
  ...['ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_STREAM_DESTROYED'],
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR'],
])

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
  const { code, errno, message, cause, errors } = error as Readonly<Record<string, unknown>>
  if (typeof code === 'string') {
    const failure = sqlite[code] ?? postgres[code]
    if (failure !== undefined) return failure
    if (unreachableCodes.has(code) || unreachableClasses.test(code)) return 'unreachable'
  }
  // A negative one is the operating system's.
  if (typeof errno === 'number' && errno > 0 && mysql[errno] !== undefined) return mysql[errno]
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

/** The error that the core answers with 503, for one of a database that is away or too busy; any other as it is. */
export function asUnavailable(error: unknown): unknown {
  const failure = failureOf(error)
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
