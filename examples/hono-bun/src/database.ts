import { Database } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Storage } from '@oauth/core'
import { bunSqliteStorage } from '@oauth/kysely/bun-sqlite'
import type { Kysely } from 'kysely'

/** The application's own tables. The same database has the provider's tables, `oauth_*`. */
export type Tables = {
  readonly app_users: {
    readonly id: string
    readonly email: string
    readonly name: string
    readonly password_hash: string
  }
  readonly app_sessions: {
    readonly id: string
    readonly cookie_hash: string
    readonly user_id: string
    readonly auth_time: number
    readonly expires_at: number
  }
}

export interface AppDatabase {
  /** The provider's storage, which has made its tables. */
  readonly storage: Storage
  /** The application's tables, on the same connection. */
  readonly db: Kysely<Tables>
  /** Waits for the calls that are running, then closes the file. */
  close(): Promise<void>
}

/** Opens the file and brings all tables up to date. */
export function openDatabase(file: string): AppDatabase {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const database = new Database(file, { create: true })
  for (const pragma of ['journal_mode = WAL', 'synchronous = NORMAL', 'foreign_keys = ON', 'busy_timeout = 5000'])
    database.run(`pragma ${pragma}`)
  database.run(`create table if not exists app_users (
    id text primary key, email text not null unique, name text not null, password_hash text not null
  ) strict`)
  database.run(`create table if not exists app_sessions (
    id text primary key, cookie_hash text not null unique, user_id text not null references app_users (id),
    auth_time integer not null, expires_at integer not null
  ) strict`)
  const storage = bunSqliteStorage(database)
  return {
    storage,
    db: storage.db.withTables<Tables>(),
    async close() {
      await storage.close()
      database.close()
    },
  }
}
