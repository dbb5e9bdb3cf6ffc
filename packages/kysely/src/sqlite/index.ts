import type { CompleteStorage } from '@oauth/core'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { type OAuthTables, type TableOptions, tableNames } from '../schema.ts'
import { checkedRunner } from '../schema-check.ts'
import { storageOn } from '../storage.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { sqliteRunner } from './sqlite-runner.ts'

export interface SqliteStorageOptions extends TableOptions {
  /** Creates and updates the tables when the storage is constructed. Default: `true`. */
  readonly migrate?: boolean
}

export interface SqliteStorage extends CompleteStorage {
  /** Kysely on the same connection, for queries of the host's own; `db.withTables<…>()` adds the host's tables. The types have the default prefix. */
  readonly db: Kysely<OAuthTables>
  /** Closes the database, unless it was opened by the host. */
  close(): Promise<void>
}

/**
 * A storage in an SQLite file (or `:memory:`), ready at once. What it opens by name is in WAL mode with
 * `synchronous=NORMAL`; a `Database` that is passed in keeps the settings of the host.
 */
export function sqliteStorage(
  filenameOrDatabase: string | Database.Database,
  options: SqliteStorageOptions = {},
): SqliteStorage {
  const tables = tableNames(options)
  const opened = typeof filenameOrDatabase === 'string' ? open(filenameOrDatabase) : undefined
  const database = opened ?? (filenameOrDatabase as Database.Database)
  const db = new Kysely<OAuthTables>({ dialect: new SqliteDialect({ database: shared(database) }) })
  try {
    if (options.migrate !== false) migrateSqlite(database, db as Kysely<unknown>, tables)
    const schema = { db, tables, dialect: 'sqlite' } as const
    return {
      ...storageOn(schema, checkedRunner(sqliteRunner(database), schema)),
      db,
      async close() {
        await db.destroy()
        opened?.close()
      },
    }
  } catch (error) {
    opened?.close()
    throw error
  }
}

function open(filename: string): Database.Database {
  const database = new Database(filename, { timeout: 5000 })
  database.pragma('journal_mode = WAL')
  database.pragma('synchronous = NORMAL')
  database.pragma('foreign_keys = ON')
  return database
}

/**
 * The database as Kysely gets it. Its transactions take the write lock when they begin: one that reads first and writes
 * later cannot get it any more when another process has written in between. Closing is not Kysely's business.
 */
function shared(database: Database.Database) {
  return {
    prepare: (sql: string) => database.prepare(sql === 'begin' ? 'begin immediate' : sql),
    close: () => undefined,
  }
}
