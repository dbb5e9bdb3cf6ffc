import { type BuiltInStatement, builtIn } from './connection.ts'
import { connectionStorage, type SqliteStorage, type SqliteStorageOptions } from './connection-storage.ts'

export type { BuiltInStatement } from './connection.ts'
export type { SqliteStorage, SqliteStorageOptions } from './connection-storage.ts'

/** The members of a `DatabaseSync` of `node:sqlite` that the storage uses. */
export interface NodeSqliteDatabase {
  prepare(sql: string): BuiltInStatement
  exec(sql: string): void
  readonly isTransaction: boolean
}

/**
 * Makes a storage on a database of `node:sqlite` (Node 22.16 or newer, Deno), with the same behaviour as `sqliteStorage` of
 * `@oauth/kysely/sqlite`: synchronous reads, shared commits, and no call that blocks the process while it waits for a lock.
 * It creates and migrates its tables. The database keeps your settings, and you close it; its busy timeout is how long a
 * write may wait for another process.
 * @throws {TypeError} when the database is not one of `node:sqlite`, or the version of Node is too old
 * @throws {TypeError} when an option of the database makes rows arrays, or integers `bigint`
 * @throws when a newer version of this package has made the tables and this version cannot work with them
 * @example
 * const database = new DatabaseSync('./oauth.db')
 * database.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 5000')
 * const provider = createProvider({ storage: nodeSqliteStorage(database), … })
 */
export function nodeSqliteStorage(database: NodeSqliteDatabase, options: SqliteStorageOptions = {}): SqliteStorage {
  if (typeof database?.isTransaction !== 'boolean') {
    throw new TypeError('nodeSqliteStorage: pass an open DatabaseSync of node:sqlite, of Node 22.16 or newer')
  }
  return connectionStorage(
    builtIn(database, () => database.isTransaction),
    options,
  )
}
