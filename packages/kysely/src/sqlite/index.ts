import type { Storage } from '@oauth/core'
import Database from 'better-sqlite3'
import { Kysely, SqliteDialect } from 'kysely'
import { type OAuthTables, type TableOptions, tableNames } from '../schema.ts'
import { storageOn } from '../storage.ts'
import { neverBlocking, withoutBlocking } from './busy-timeout.ts'
import { lockQueue } from './lock-queue.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { refuseNewer } from './refuse-newer.ts'
import { sqliteRunner } from './sqlite-runner.ts'
import { waitingDialect } from './waiting-dialect.ts'

/** Milliseconds for which the construction of a storage waits for the lock of another process. */
const startTimeout = 5000

export interface SqliteStorageOptions extends TableOptions {
  /** Creates and updates the tables when the storage is constructed. Default: `true`. */
  readonly migrate?: boolean
}

export interface SqliteStorage extends Storage {
  /** Kysely on the same connection, for queries of the host's own; `db.withTables<…>()` adds the host's tables. The types have the default prefix. */
  readonly db: Kysely<OAuthTables>
  /** Closes the database, unless it was opened by the host. */
  close(): Promise<void>
}

/**
 * A storage in an SQLite file (or `:memory:`), ready at once. What it opens by name is in WAL mode with
 * `synchronous=NORMAL`; a `Database` that is passed in keeps the settings of the host.
 *
 * While another process has the file locked, reads go on and writes wait for up to five seconds (for a `Database` of the
 * host: its busy timeout), in the order in which they came and without blocking the process. Then they fail with
 * `StorageUnavailableError`, and clients get 503.
 *
 * Throws when the tables are those of a newer version of this package that this one cannot work with.
 */
export function sqliteStorage(
  filenameOrDatabase: string | Database.Database,
  options: SqliteStorageOptions = {},
): SqliteStorage {
  const tables = tableNames(options)
  const opened = typeof filenameOrDatabase === 'string' ? open(filenameOrDatabase) : undefined
  const database = opened ?? (filenameOrDatabase as Database.Database)
  try {
    const { patience, ...calls } = opened ? neverBlocking : withoutBlocking(database)
    const queue = lockQueue(patience)
    const dialect = new SqliteDialect({ database: shared(database) })
    const db = new Kysely<OAuthTables>({ dialect: opened ? waitingDialect(dialect, database, queue) : dialect })
    refuseNewer(database, tables)
    if (options.migrate !== false) migrateSqlite(database, db as Kysely<unknown>, tables)
    // From here on nothing waits inside SQLite, where the whole process would wait with it.
    opened?.exec('pragma busy_timeout = 0')
    const schema = { db, tables, dialect: 'sqlite' } as const
    return {
      ...storageOn(schema, sqliteRunner(database, queue, calls)),
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

/** While the storage is constructed it may block: the process is starting, and several may migrate at once. */
function open(filename: string): Database.Database {
  const database = new Database(filename, { timeout: startTimeout })
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
