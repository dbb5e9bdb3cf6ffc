import Database from 'better-sqlite3'
import { type BetterSqlite3Database, betterSqlite3 } from './better-sqlite3.ts'
import { connectionStorage, type SqliteStorage, type SqliteStorageOptions } from './connection-storage.ts'

export type { BetterSqlite3Database, BetterSqlite3Statement } from './better-sqlite3.ts'
export type { SqliteStorage, SqliteStorageOptions } from './connection-storage.ts'

/** Milliseconds for which the constructor waits for the lock of another process. */
const startTimeout = 5000

/**
 * Makes a storage in an SQLite file (or `:memory:`). It creates and migrates its tables, so it is ready at once. A file
 * that it opens is in WAL mode with `synchronous=NORMAL`; a `Database` that you pass keeps its settings.
 *
 * Reads are synchronous. Writes that arrive in one turn of the event loop share one commit; each is a promise that resolves
 * after the commit, and each succeeds or fails by itself.
 *
 * While another process has the file locked, reads continue, and writes wait in their order for up to five seconds (for
 * your own `Database`: its busy timeout), without blocking the process. Then they throw `StorageUnavailableError`, and
 * clients get 503.
 *
 * `@oauth/kysely/node-sqlite` and `@oauth/kysely/bun-sqlite` do the same with the SQLite that is built into the runtime,
 * `@oauth/kysely/libsql` with libSQL.
 * @throws {TypeError} when the database is one of `libsql`, or an option of the driver makes rows arrays, or integers `bigint`
 * @throws when a newer version of this package has made the tables and this version cannot work with them
 * @example
 * const provider = createProvider({ storage: sqliteStorage('./oauth.db'), … })
 */
export function sqliteStorage(
  filenameOrDatabase: string | BetterSqlite3Database,
  options: SqliteStorageOptions = {},
): SqliteStorage {
  if (typeof filenameOrDatabase !== 'string') {
    refuseLibsql(filenameOrDatabase)
    return connectionStorage(betterSqlite3(filenameOrDatabase), options)
  }
  const database = open(filenameOrDatabase)
  const close = () => void database.close()
  try {
    return connectionStorage(betterSqlite3(database), options, close)
  } catch (error) {
    close()
    throw error
  }
}

/** Opens the file. Here a wait may block the process: it is starting, and several processes may migrate at once. */
function open(filename: string): Database.Database {
  const database = new Database(filename, { timeout: startTimeout })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('foreign_keys = ON')
  return database
}

/** libSQL's driver has the same methods, but not the same behaviour: it would lose writes after another process has had the lock. */
function refuseLibsql(database: object): void {
  if ('syncUntil' in database) {
    throw new TypeError('sqliteStorage: for a Database of libsql, use libsqlStorage of @oauth/kysely/libsql')
  }
}
