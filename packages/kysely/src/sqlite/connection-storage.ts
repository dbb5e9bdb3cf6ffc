import type { Storage } from '@oauth/core'
import { Kysely, type SqliteDatabase, SqliteDialect } from 'kysely'
import { type OAuthTables, type TableOptions, tableNames } from '../schema.ts'
import { storageOn } from '../storage.ts'
import { neverBlocking, withoutBlocking } from './busy-timeout.ts'
import { noParameters, type SqliteConnection } from './connection.ts'
import { lockQueue } from './lock-queue.ts'
import { migrateSqlite } from './migrate-sqlite.ts'
import { refuseNewer } from './refuse-newer.ts'
import { sqliteRunner } from './sqlite-runner.ts'
import { waitingDialect } from './waiting-dialect.ts'

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
 * Makes a storage on a connection.
 * @param close closes a connection that the storage has opened by itself; absent for a connection of the host
 */
export function connectionStorage(
  connection: SqliteConnection,
  options: SqliteStorageOptions,
  close?: () => void,
): SqliteStorage {
  requirePlainRows(connection)
  const tables = tableNames(options)
  const { patience, ...calls } = close ? neverBlocking : withoutBlocking(connection)
  const queue = lockQueue(patience)
  const dialect = new SqliteDialect({ database: shared(connection) })
  const db = new Kysely<OAuthTables>({ dialect: close ? waitingDialect(dialect, connection, queue) : dialect })
  refuseNewer(connection, tables)
  if (options.migrate !== false) migrateSqlite(connection, db as Kysely<unknown>, tables)
  // From here on no call waits inside SQLite, because that would block the whole process.
  if (close) connection.exec('pragma busy_timeout = 0')
  const runner = sqliteRunner(connection, queue, calls)
  return {
    ...storageOn({ db, tables, dialect: 'sqlite' }, runner),
    db,
    async close() {
      await runner.settle()
      await db.destroy()
      close?.()
    },
  }
}

/**
 * Checks how the driver answers: its options can make rows arrays, and integers `bigint`, and every answer would be misread.
 * @throws {TypeError} when a row is no object with numbers
 */
function requirePlainRows(connection: SqliteConnection): void {
  const row = connection.prepare('select 1 as one').get(noParameters) as { readonly one?: unknown } | undefined
  if (row?.one === 1) return
  throw new TypeError(
    'the storage needs rows as objects and integers as numbers: open its Database without returnArrays and readBigInts (node:sqlite), safeIntegers (bun:sqlite) or defaultSafeIntegers (better-sqlite3), and your own queries on another connection',
  )
}

/**
 * Wraps the connection for Kysely. Its transactions take the write lock at their begin: a transaction that reads first could
 * not get the lock later if another process has written in between. Kysely must not close the database.
 */
function shared({ kysely }: SqliteConnection): SqliteDatabase {
  return {
    prepare: (sql) => kysely.prepare(sql === 'begin' ? 'begin immediate' : sql),
    close: () => undefined,
  }
}
