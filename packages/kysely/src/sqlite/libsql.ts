import { readPragma } from './busy-timeout.ts'
import type { SqliteConnection } from './connection.ts'
import { connectionStorage, type SqliteStorage, type SqliteStorageOptions } from './connection-storage.ts'
import { type LibsqlDatabase, libsqlConnection } from './libsql-connection.ts'

export type { SqliteStorage, SqliteStorageOptions } from './connection-storage.ts'
export type { LibsqlDatabase, LibsqlStatement } from './libsql-connection.ts'

/**
 * Makes a storage on a database file of libSQL, through the npm package `libsql` (0.5.29 or newer), with the same behaviour as
 * `sqliteStorage` of `@oauth/kysely/sqlite`: synchronous reads, shared commits, and no call that blocks the process while it
 * waits for a lock. It creates and migrates its tables. The database keeps your settings, and you close it; its busy timeout
 * is how long a write may wait for another process.
 *
 * For a libSQL server, use `kyselyStorage` with `LibsqlDialect` of `@libsql/kysely-libsql`.
 * @throws {TypeError} when the database is not an open `Database` of `libsql`, is on a server, or is not in WAL mode
 * @throws when a newer version of this package has made the tables and this version cannot work with them
 * @example
 * const database = new Database('./oauth.db', { timeout: 5000 })
 * database.exec('pragma journal_mode = wal; pragma synchronous = normal')
 * const provider = createProvider({ storage: libsqlStorage(database), … })
 */
export function libsqlStorage(database: LibsqlDatabase, options: SqliteStorageOptions = {}): SqliteStorage {
  if (typeof database?.prepare !== 'function' || database.open === false) {
    throw new TypeError('libsqlStorage: pass an open Database of libsql')
  }
  const connection = libsqlConnection(database)
  refuseServer(connection)
  refuseOtherJournals(connection)
  return connectionStorage(connection, options)
}

/** A database on a server, or a replica of one, refuses the setting: it is not a file that this process writes. */
function refuseServer(connection: SqliteConnection): void {
  const timeout = readPragma(connection, 'busy_timeout')
  try {
    connection.exec(`pragma busy_timeout = ${timeout}`)
  } catch (cause) {
    const message =
      'libsqlStorage: pass a Database of a file, without a URL and without syncUrl: the driver stops the whole process ' +
      'while a server works. Use kyselyStorage of @oauth/kysely with LibsqlDialect of @libsql/kysely-libsql'
    throw new TypeError(message, { cause })
  }
}

/** Outside WAL mode a read may meet a lock. The driver then leaves it unfinished, and it would keep the file locked for others. */
function refuseOtherJournals(connection: SqliteConnection): void {
  const mode = readPragma(connection, 'journal_mode')
  if (mode === 'wal' || mode === 'memory') return
  throw new TypeError(
    `libsqlStorage: the journal mode of the database is ${mode}; call database.exec('pragma journal_mode = wal') before`,
  )
}
