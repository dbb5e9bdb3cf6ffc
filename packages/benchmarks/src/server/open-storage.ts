import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Storage } from '@oauth/core'
import { type Dialect, type Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import type { DatabaseSettings, ServerSettings } from '../protocol.ts'

export interface Opened {
  readonly storage: Storage
  /** Kysely on the database of the storage. Absent for `memory`. */
  readonly db?: Kysely<unknown>
}

/** Loads a built file of a package, as users run it. In the workspace, a package's name would load its sources. */
export async function loadBuilt<Module>(directory: string, file: string): Promise<Module> {
  return (await import(pathToFileURL(join(directory, 'dist', file)).href)) as Module
}

/** Makes imports of `@oauth/core` in the built packages load its built files, too. */
function resolveBuiltCore(core: string): void {
  const url = JSON.stringify(pathToFileURL(join(core, 'dist/index.js')).href)
  const hook = `export const resolve = (name, context, next) =>
    name === '@oauth/core' ? { url: ${url}, shortCircuit: true } : next(name, context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
}

export async function openStorage({ storage, database, core, kysely, directory }: ServerSettings): Promise<Opened> {
  if (storage === 'memory') {
    return { storage: (await loadBuilt<typeof import('@oauth/core/memory')>(core, 'memory/index.js')).memoryStorage() }
  }
  resolveBuiltCore(core)
  if (database !== undefined) return openDatabase(kysely, database)
  if (storage === 'postgres') return openPostgres(kysely)
  const { sqliteStorage } = await loadBuilt<typeof import('@oauth/kysely/sqlite')>(kysely, 'sqlite/index.js')
  const opened = sqliteStorage(join(directory, 'benchmark.db'))
  return { storage: opened, db: opened.db as Kysely<unknown> }
}

/** Opens the database of `POSTGRES_URL`, in a new schema that only the benchmark uses. */
async function openPostgres(directory: string): Promise<Opened> {
  const { Kysely } = await import('kysely')
  const { kyselyStorage } = await loadBuilt<typeof import('@oauth/kysely')>(directory, 'index.js')
  const { migrate } = await loadBuilt<typeof import('@oauth/kysely/migrations')>(directory, 'migrations/index.js')
  const pool = new Pool({
    connectionString: process.env.POSTGRES_URL,
    max: 10,
    options: '-c search_path=oauth_benchmark',
  })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  await sql`drop schema if exists oauth_benchmark cascade`.execute(db)
  await sql`create schema oauth_benchmark`.execute(db)
  await migrate(db)
  return { storage: kyselyStorage(db), db }
}

/** Opens a database of a server, in which other processes may have made the tables. */
async function openDatabase(directory: string, { url, pool, prepared }: DatabaseSettings): Promise<Opened> {
  const { Kysely } = await import('kysely')
  const { kyselyStorage, preparedStatements } = await loadBuilt<typeof import('@oauth/kysely')>(directory, 'index.js')
  const { migrate } = await loadBuilt<typeof import('@oauth/kysely/migrations')>(directory, 'migrations/index.js')
  function dialect(): Dialect {
    if (url.startsWith('mysql:')) return new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: pool }) })
    // Connections stay open between two slices: making one costs the server more than a request.
    const connections = new Pool({ connectionString: url, max: pool, idleTimeoutMillis: 0 })
    return new PostgresDialect({ pool: prepared ? preparedStatements(connections) : connections })
  }
  const db = new Kysely<unknown>({ dialect: dialect() })
  await migrate(db)
  // A machine that has other work to do may keep a process from running for longer than the default.
  return { storage: kyselyStorage(db, { timeoutSeconds: 60 }), db }
}
