import { type BuiltInStatement, builtIn } from './connection.ts'
import { connectionStorage, type SqliteStorage, type SqliteStorageOptions } from './connection-storage.ts'

export type { BuiltInStatement } from './connection.ts'
export type { SqliteStorage, SqliteStorageOptions } from './connection-storage.ts'

/** The members of a `Database` of `bun:sqlite` that the storage uses. */
export interface BunSqliteDatabase {
  prepare(sql: string): BuiltInStatement
  exec(sql: string): unknown
  readonly inTransaction: boolean
}

/**
 * Makes a storage on a database of `bun:sqlite`, with the same behaviour as `sqliteStorage` of `@oauth/kysely/sqlite`:
 * synchronous reads, shared commits, and no call that blocks the process while it waits for a lock. It creates and migrates
 * its tables. The database keeps your settings, and you close it; its busy timeout is how long a write may wait for another
 * process.
 * @throws {TypeError} when the database is not one of `bun:sqlite`
 * @throws {TypeError} when an option of the database makes rows arrays, or integers `bigint`
 * @throws when a newer version of this package has made the tables and this version cannot work with them
 * @example
 * const database = new Database('./oauth.db')
 * database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
 * const provider = createProvider({ storage: bunSqliteStorage(database), … })
 */
export function bunSqliteStorage(database: BunSqliteDatabase, options: SqliteStorageOptions = {}): SqliteStorage {
  if (typeof database?.inTransaction !== 'boolean') {
    throw new TypeError('bunSqliteStorage: pass an open Database of bun:sqlite')
  }
  return connectionStorage(
    builtIn(database, () => database.inTransaction),
    options,
  )
}
