/**
 * The meaning of a failed statement, the same for all drivers.
 *
 * - `taken`: a primary key or a unique index has the value already.
 * - `rolled-back`: the database has undone the transaction or the statement because of a concurrent one. It may run again.
 * - `unreachable`: the database is unavailable, in recovery, or did not answer. The outcome of the statement is unknown.
 * - `read-only`: the server refuses writes, like a standby or a replica. The statement took no effect, and another connection
 *   may lead to the primary.
 * - `unusable`: the database is full, read-only or unreadable. An operator has to act.
 */
export type Failure = 'taken' | 'rolled-back' | 'unreachable' | 'read-only' | 'unusable'

/** Error names of SQLite, in better-sqlite3, libSQL and bun. A name may have a suffix with details (`SQLITE_IOERR_FSYNC`). */
const sqliteNames: readonly (readonly [RegExp, Failure])[] = [
  [/^SQLITE_CONSTRAINT_(?:PRIMARYKEY|UNIQUE|ROWID)$/, 'taken'],
  [/^SQLITE_(?:BUSY|LOCKED|PROTOCOL)(?:_|$)/, 'rolled-back'],
  [/^SQLITE_(?:FULL|READONLY|IOERR|CANTOPEN|NOTADB|CORRUPT|PERM|NOMEM|NOLFS)(?:_|$)/, 'unusable'],
]

/** Result codes of SQLite ({@link https://www.sqlite.org/rescode.html}), for node:sqlite, which has no names. */
const sqliteNumbers: Readonly<Record<number, Failure>> = {
  1555: 'taken', // SQLITE_CONSTRAINT_PRIMARYKEY
  2067: 'taken', // SQLITE_CONSTRAINT_UNIQUE
  2579: 'taken', // SQLITE_CONSTRAINT_ROWID
  5: 'rolled-back', // SQLITE_BUSY
  6: 'rolled-back', // SQLITE_LOCKED
  15: 'rolled-back', // SQLITE_PROTOCOL
  3: 'unusable', // SQLITE_PERM
  7: 'unusable', // SQLITE_NOMEM
  8: 'unusable', // SQLITE_READONLY
  10: 'unusable', // SQLITE_IOERR
  11: 'unusable', // SQLITE_CORRUPT
  13: 'unusable', // SQLITE_FULL
  14: 'unusable', // SQLITE_CANTOPEN
  22: 'unusable', // SQLITE_NOLFS
  26: 'unusable', // SQLITE_NOTADB
}

/** SQLSTATEs of PostgreSQL and PGlite ({@link https://www.postgresql.org/docs/current/errcodes-appendix.html}). */
const postgres: Readonly<Record<string, Failure>> = {
  '23505': 'taken', // unique_violation
  '40001': 'rolled-back', // serialization_failure
  '40P01': 'rolled-back', // deadlock_detected
  '55P03': 'rolled-back', // lock_not_available: lock_timeout
  '57014': 'unreachable', // query_canceled: statement_timeout
  '57P01': 'unreachable', // admin_shutdown
  '57P02': 'unreachable', // crash_shutdown
  '57P03': 'unreachable', // cannot_connect_now
  '57P04': 'unreachable', // database_dropped
  '57P05': 'unreachable', // idle_session_timeout
  '25P03': 'unreachable', // idle_in_transaction_session_timeout
  '25P04': 'unreachable', // transaction_timeout
  '40003': 'unreachable', // statement_completion_unknown: CockroachDB, when the answer to a commit was lost in the cluster
  '25006': 'read-only', // read_only_sql_transaction
  '53100': 'unusable', // disk_full
  '53200': 'unusable', // out_of_memory
  XX001: 'unusable', // data_corrupted
  XX002: 'unusable', // index_corrupted
}

/** Classes of SQLSTATEs: connection exceptions and resources (`too_many_connections`), and errors of the system (`io_error`). */
const postgresClasses: readonly (readonly [RegExp, Failure])[] = [
  [/^(?:08|53)[0-9A-Z]{3}$/, 'unreachable'],
  [/^58[0-9A-Z]{3}$/, 'unusable'],
]

/** Error numbers of MySQL and MariaDB ({@link https://mariadb.com/kb/en/mariadb-error-codes/}). */
const mysql: Readonly<Record<number, Failure>> = {
  1062: 'taken', // ER_DUP_ENTRY
  1020: 'rolled-back', // ER_CHECKREAD: MariaDB with innodb_snapshot_isolation
  1205: 'rolled-back', // ER_LOCK_WAIT_TIMEOUT
  1213: 'rolled-back', // ER_LOCK_DEADLOCK
  3572: 'rolled-back', // ER_LOCK_NOWAIT
  1040: 'unreachable', // ER_CON_COUNT_ERROR
  1047: 'unreachable', // ER_UNKNOWN_COM_ERROR: a Galera node that is not ready
  1053: 'unreachable', // ER_SERVER_SHUTDOWN
  1077: 'unreachable', // ER_NORMAL_SHUTDOWN
  1129: 'unreachable', // ER_HOST_IS_BLOCKED
  1152: 'unreachable', // ER_ABORTING_CONNECTION
  1158: 'unreachable', // ER_NET_READ_ERROR
  1159: 'unreachable', // ER_NET_READ_INTERRUPTED
  1160: 'unreachable', // ER_NET_ERROR_ON_WRITE
  1161: 'unreachable', // ER_NET_WRITE_INTERRUPTED
  1203: 'unreachable', // ER_TOO_MANY_USER_CONNECTIONS
  1226: 'unreachable', // ER_USER_LIMIT_REACHED
  1290: 'read-only', // ER_OPTION_PREVENTS_STATEMENT: --read-only
  1317: 'unreachable', // ER_QUERY_INTERRUPTED
  1637: 'unreachable', // ER_TOO_MANY_CONCURRENT_TRXS
  1792: 'read-only', // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
  1836: 'read-only', // ER_READ_ONLY_MODE
  1927: 'unreachable', // ER_CONNECTION_KILLED
  1969: 'unreachable', // ER_STATEMENT_TIMEOUT
  3024: 'unreachable', // ER_QUERY_TIMEOUT
  3168: 'unreachable', // ER_SERVER_ISNT_AVAILABLE
  4031: 'unreachable', // ER_CLIENT_INTERACTION_TIMEOUT
  1016: 'unusable', // ER_CANT_OPEN_FILE
  1021: 'unusable', // ER_DISK_FULL
  1023: 'unusable', // ER_ERROR_ON_CLOSE
  1024: 'unusable', // ER_ERROR_ON_READ
  1026: 'unusable', // ER_ERROR_ON_WRITE
  1030: 'unusable', // ER_GET_ERRNO: an error of the storage engine
  1034: 'unusable', // ER_NOT_KEYFILE: a broken index
  1036: 'unusable', // ER_OPEN_AS_READONLY
  1037: 'unusable', // ER_OUTOFMEMORY
  1038: 'unusable', // ER_OUT_OF_SORTMEMORY
  1041: 'unusable', // ER_OUT_OF_RESOURCES
  1114: 'unusable', // ER_RECORD_FILE_FULL
  1135: 'unusable', // ER_CANT_CREATE_THREAD
  1194: 'unusable', // ER_CRASHED_ON_USAGE
  1195: 'unusable', // ER_CRASHED_ON_REPAIR
  1206: 'unusable', // ER_LOCK_TABLE_FULL
  1712: 'unusable', // ER_INDEX_CORRUPT
  1877: 'unusable', // ER_TABLE_CORRUPT
}

/** Codes of Node for sockets, and of mysql2 for errors without a number. */
const unreachableCodes: ReadonlySet<unknown> = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH'],
  ...['ENETDOWN', 'ENOTFOUND', 'EAI_AGAIN', 'ERR_STREAM_DESTROYED'],
  ...['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_SEQUENCE_TIMEOUT', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR'],
])

/** Returns the meaning of an error code that is a string. */
export function failureOfCode(code: unknown): Failure | undefined {
  if (typeof code !== 'string') return undefined
  if (unreachableCodes.has(code)) return 'unreachable'
  if (Object.hasOwn(postgres, code)) return postgres[code]
  return [...sqliteNames, ...postgresClasses].find(([pattern]) => pattern.test(code))?.[1]
}

/** Returns the meaning of an error number of MySQL or MariaDB. Negative numbers are of the operating system. */
export function failureOfErrno(errno: unknown): Failure | undefined {
  return typeof errno === 'number' && errno > 0 ? mysql[errno] : undefined
}

/** Returns the meaning of an extended result code of SQLite. Its lowest byte is the code without details. */
export function failureOfResultCode(code: unknown): Failure | undefined {
  return typeof code === 'number' && code > 0 ? (sqliteNumbers[code] ?? sqliteNumbers[code & 0xff]) : undefined
}

/**
 * Returns the meaning of an error of a Durable Object's SQLite or of D1. Both have the name of the error in the message
 * alone, as in `UNIQUE constraint failed: t.id: SQLITE_CONSTRAINT`.
 */
export function failureOfWorkersMessage(message: string): Failure | undefined {
  const name = /: (SQLITE_[A-Z]+)(?: \(extended: SQLITE_[A-Z_]+\))?$/.exec(message)?.[1]
  if (name === 'SQLITE_CONSTRAINT') return message.includes('UNIQUE constraint failed') ? 'taken' : undefined
  return failureOfCode(name)
}
