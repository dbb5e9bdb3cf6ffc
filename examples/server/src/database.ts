import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Storage } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import type { QueryExecutorProvider } from 'kysely'
import { createTables } from './tables.ts'

/** The database of the example, in which its own tables are beside those of the authorization server. */
export interface Database {
  /** Runs statements of Kysely's `sql` on the example's own tables. */
  readonly db: QueryExecutorProvider
  /** The tables of the authorization server. The example does not read them. */
  readonly storage: Storage
  /** What a person may know: the path of the SQLite file, or `PostgreSQL`. */
  readonly shownAs: string
  /** Does something while no other process of the example does it on the same PostgreSQL database. */
  alone<Result>(work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

/**
 * Opens the database and creates what is missing in it.
 * @param location a SQLite file, `:memory:`, or the URL of a PostgreSQL database
 */
export async function openDatabase(location: string): Promise<Database> {
  if (!isPostgres(location)) return openSqlite(location)
  // The driver is loaded only where it is used.
  const { openPostgres } = await import('./postgres.ts')
  return openPostgres(location)
}

export function isPostgres(location: string): boolean {
  return /^postgres(?:ql)?:\/\//i.test(location)
}

async function openSqlite(file: string): Promise<Database> {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const storage = sqliteStorage(file)
  await createTables(storage.db, 'sqlite')
  return {
    db: storage.db,
    storage,
    shownAs: file,
    alone: (work) => work(),
    close: async () => storage.close(),
  }
}
