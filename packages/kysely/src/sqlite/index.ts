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

/** Milliseconds for which the constructor waits for the lock of another process. */
const startTimeout = 5000

export interface SqliteStorageOptions extends TableOptions {
  /** Creates and updates the tables when the storage is constructed. Default: `true`. */
  readonly migrate?: boolean
}

export interface SqliteStorage extends Storage {
  /**
   * Kysely on the same connection, for your own queries; `db.withTables<…>()` adds the types of your tables. The types of
   * the storage's tables have the default prefix.
   */
  readonly db: Kysely<OAuthTables>
  /** Waits until every call has succeeded or failed, then closes the database, unless it was opened by the host. */
  close(): Promise<void>
}

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
 * @throws when a newer version of this package has made the tables and this version cannot work with them
 * @example
 * const provider = createProvider({ storage: sqliteStorage('./oauth.db'), … })
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
    // From here on no call waits inside SQLite, because that would block the whole process.
    opened?.exec('pragma busy_timeout = 0')
    const schema = { db, tables, dialect: 'sqlite' } as const
    const runner = sqliteRunner(database, queue, calls)
    return {
      ...storageOn(schema, runner),
      db,
      async close() {
        await runner.settle()
        await db.destroy()
        opened?.close()
      },
    }
  } catch (error) {
    opened?.close()
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

/**
 * Wraps the database for Kysely. Its transactions take the write lock at their begin: a transaction that reads first could
 * not get the lock later if another process has written in between. Kysely must not close the database.
 */
function shared(database: Database.Database) {
  return {
    prepare: (sql: string) => database.prepare(sql === 'begin' ? 'begin immediate' : sql),
    close: () => undefined,
  }
}
