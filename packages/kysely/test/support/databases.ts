import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import Database from 'better-sqlite3'
import { type Dialect, Kysely, MysqlDialect, PostgresDialect, SqliteDialect, sql } from 'kysely'
import { PGliteDialect } from 'kysely-pglite-dialect'
import { createPool } from 'mysql2'
import pg from 'pg'
import { serverNames, serverVariables, withLocalDatabases } from '../../../../test/machine/servers.ts'

/** A database with nothing in it. */
export interface EmptyDatabase {
  readonly db: Kysely<object>
  /** For another pool, or another process; absent where there is no server. */
  readonly url: string | undefined
  /** Another connection to it, with a pool of its own. Destroying that one leaves the database. */
  dialect(): Dialect
  /** Closes the instance, and removes the database. */
  drop(): Promise<void>
}

export type DatabaseName = 'sqlite' | 'pglite' | 'postgres' | 'mysql'

/** The databases that this run can use. */
export const databaseNames: readonly DatabaseName[] = [
  ...(withLocalDatabases ? (['sqlite', 'pglite'] as const) : []),
  ...serverNames,
]

export interface PoolOptions {
  /** How many connections it has at most. Default: 10. */
  readonly connections?: number
  /** Milliseconds after which a connection is given up. */
  readonly connectTimeout?: number
}

/** The dialect of a server at this address, with a pool of its own. */
export function serverDialect(url: string, { connections = 10, connectTimeout }: PoolOptions = {}): Dialect {
  if (url.startsWith('mysql:')) {
    const pool = createPool({
      uri: url,
      connectionLimit: connections,
      ...(connectTimeout !== undefined && { connectTimeout }),
    })
    return new MysqlDialect({ pool })
  }
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    ...(connectTimeout !== undefined && { connectionTimeoutMillis: connectTimeout }),
  })
  // A connection that dies says so: an idle one through the pool, one in use between two statements by itself. Without a
  // listener either ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresDialect({ pool })
}

/** An instance on the server at this address. */
export function connect(url: string, options: PoolOptions = {}): Kysely<object> {
  return new Kysely<object>({ dialect: serverDialect(url, options) })
}

/** An empty database of this kind, for one test or one file of tests. */
export async function emptyDatabase(name: DatabaseName, options: PoolOptions = {}): Promise<EmptyDatabase> {
  if (name === 'sqlite') return sqliteDatabase()
  if (name === 'pglite') return pgliteDatabase()
  const server = serverUrl(name)
  const database = `oauth_test_${process.pid}_${randomBytes(4).toString('hex')}`
  await onServer(server, `create database ${database}`)
  const url = Object.assign(new URL(server), { pathname: `/${database}` }).href
  const db = connect(url, options)
  return {
    db,
    url,
    dialect: () => serverDialect(url, options),
    async drop() {
      await db.destroy()
      await onServer(server, dropOf(name, database))
    },
  }
}

/** What the databases of one run are called, if it keeps any from one file of tests to the next. */
const keptPrefix = () => `oauth_kept_${process.env.OAUTH_TEST_RUN}`

/** Names the databases that this run is going to keep. Before its first worker begins. */
export function beginRun(): void {
  process.env.OAUTH_TEST_RUN = randomBytes(4).toString('hex')
}

/** A database that one worker keeps for all its files of tests: making tables costs more than emptying them. */
export async function workerDatabase(name: 'postgres' | 'mysql'): Promise<Kysely<object>> {
  const server = serverUrl(name)
  const database = `${keptPrefix()}_${process.env.VITEST_POOL_ID}`
  const found = await databasesLike(server, database)
  if (!found.includes(database)) await onServer(server, `create database ${database}`)
  return connect(Object.assign(new URL(server), { pathname: `/${database}` }).href)
}

/** Drops what `workerDatabase` has made. */
export async function endRun(): Promise<void> {
  for (const name of serverNames) {
    const server = serverUrl(name)
    for (const database of await databasesLike(server, keptPrefix())) await onServer(server, dropOf(name, database))
  }
}

function serverUrl(name: 'postgres' | 'mysql'): string {
  const url = process.env[serverVariables[name]]
  if (!url) throw new Error(`${serverVariables[name]} is not set`)
  return url
}

const dropOf = (name: DatabaseName, database: string): string =>
  `drop database ${database}${name === 'postgres' ? ' with (force)' : ''}`

async function databasesLike(server: string, prefix: string): Promise<readonly string[]> {
  const db = connect(server, { connections: 1 })
  try {
    const { rows } = await sql<{ name: string }>`${
      server.startsWith('mysql:')
        ? sql`select schema_name as name from information_schema.schemata`
        : sql`select datname as name from pg_database`
    }`.execute(db)
    return rows.map(({ name }) => name).filter((name) => name.startsWith(prefix))
  } finally {
    await db.destroy()
  }
}

/** One for the whole file of tests: starting it costs more than all that is done in it. */
let pglite: Promise<PGlite> | undefined

async function pgliteDatabase(): Promise<EmptyDatabase> {
  pglite ??= PGlite.create()
  const client = await pglite
  const dialect = () => new PGliteDialect(staysOpen(client))
  const db = new Kysely<object>({ dialect: dialect() })
  return {
    db,
    url: undefined,
    dialect,
    async drop() {
      await sql`drop schema public cascade`.execute(db)
      await sql`create schema public`.execute(db)
    },
  }
}

/** The client as it is, but for `close`: several instances of Kysely use it. */
function staysOpen(client: PGlite): PGlite {
  return new Proxy(client, {
    get(target, member) {
      if (member === 'close') return async () => undefined
      const value = Reflect.get(target, member, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function sqliteDatabase(): EmptyDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-database-'))
  const open = (timeout: number) => {
    const database = new Database(join(folder, 'oauth.db'), { timeout })
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = NORMAL')
    return database
  }
  const db = new Kysely<object>({ dialect: new SqliteDialect({ database: open(5000) }) })
  // Waits for a lock only shortly: the driver stops this process meanwhile, and the holder of the lock is in it as well.
  const dialect = () => new SqliteDialect({ database: async () => open(10) })
  return {
    db,
    url: undefined,
    dialect,
    async drop() {
      await db.destroy()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function onServer(server: string, statement: string): Promise<void> {
  const db = connect(server, { connections: 1 })
  try {
    await sql.raw(statement).execute(db)
  } finally {
    await db.destroy()
  }
}

/** Deletes every row of the tables with this prefix, and leaves the tables. */
export async function emptyTables(db: Kysely<object>, tablePrefix = 'oauth_'): Promise<void> {
  const names = [
    ...['clients', 'consents', 'grants', 'authorization_codes', 'access_tokens', 'revoked_jwts', 'refresh_tokens'],
    ...['signing_keys', 'records'],
  ]
  // Most are empty: one question finds those that are not.
  const used = names.map(
    (name) => sql`select ${sql.lit(name)} as name from (select 1 as one) as o
      where exists (select 1 from ${sql.table(tablePrefix + name)})`,
  )
  const { rows } = await sql<{ readonly name: string }>`${sql.join(used, sql` union all `)}`.execute(db)
  for (const { name } of rows) await sql`delete from ${sql.table(tablePrefix + name)}`.execute(db)
}
