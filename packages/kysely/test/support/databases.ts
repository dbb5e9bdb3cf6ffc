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
import { failoverPool, preparedStatements } from '../../src/index.ts'

/** A database without tables. */
export interface EmptyDatabase {
  readonly db: Kysely<object>
  /** The address, for another pool or process. `undefined` for a database without a server. */
  readonly url: string | undefined
  /** Makes a dialect with its own connections to the database. Destroying its Kysely instance keeps the database. */
  dialect(): Dialect
  /** Closes the Kysely instance, and removes the database. */
  drop(): Promise<void>
}

export type DatabaseName = 'sqlite' | 'pglite' | 'postgres' | 'mysql'

/** The databases that this run can use. */
export const databaseNames: readonly DatabaseName[] = [
  ...(withLocalDatabases ? (['sqlite', 'pglite'] as const) : []),
  ...serverNames,
]

export interface PoolOptions {
  /** The largest number of connections. Default: 10. */
  readonly connections?: number
  /** Milliseconds after which the pool gives up connecting. */
  readonly connectTimeout?: number
  /** Whether PostgreSQL prepares the statements of the storage (`preparedStatements`). Default: false. */
  readonly prepared?: boolean
}

/** Makes a dialect with its own pool for the server at this address. */
export function serverDialect(url: string, { connections = 10, connectTimeout, prepared }: PoolOptions = {}): Dialect {
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
  // A connection that breaks emits an error: an idle connection on the pool, a connection in use on itself. Without a
  // listener, either error would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return new PostgresDialect({ pool: prepared ? preparedStatements(pool) : pool })
}

/** Makes a dialect for several PostgreSQL servers, of which one is the primary. It has a pool for each of them. */
export function failoverDialect(
  urls: readonly string[],
  {
    connections = 10,
    connectTimeout = 3000,
    prepared,
    timeoutSeconds,
  }: PoolOptions & { readonly timeoutSeconds?: number | undefined } = {},
): Dialect {
  const pools = urls.map(
    (connectionString) => new pg.Pool({ connectionString, max: connections, connectionTimeoutMillis: connectTimeout }),
  )
  const pool = failoverPool(pools, timeoutSeconds === undefined ? {} : { timeoutSeconds })
  return new PostgresDialect({ pool: prepared ? preparedStatements(pool) : pool })
}

/** Makes a Kysely instance on the server at this address. */
export function connect(url: string, options: PoolOptions = {}): Kysely<object> {
  return new Kysely<object>({ dialect: serverDialect(url, options) })
}

/** Makes an empty database of this kind, for one test or one test file. */
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
      await dropDatabase(name, server, database)
    },
  }
}

/** Returns the name prefix of the databases that a run keeps between test files, if it keeps any. */
const keptPrefix = () => `oauth_kept_${process.env.OAUTH_TEST_RUN}`

/** Chooses the name prefix of the databases that this run keeps. Call it before the first worker starts. */
export function beginRun(): void {
  process.env.OAUTH_TEST_RUN = randomBytes(4).toString('hex')
}

/** Returns the database that a worker keeps for all its test files, because emptying tables is faster than making them. */
export async function workerDatabase(name: 'postgres' | 'mysql'): Promise<Kysely<object>> {
  const server = serverUrl(name)
  const database = `${keptPrefix()}_${process.env.VITEST_POOL_ID}`
  const found = await databasesLike(server, database)
  if (!found.includes(database)) await onServer(server, `create database ${database}`)
  return connect(Object.assign(new URL(server), { pathname: `/${database}` }).href)
}

/** Drops the databases that `workerDatabase` has made. */
export async function endRun(): Promise<void> {
  for (const name of serverNames) {
    const server = serverUrl(name)
    for (const database of await databasesLike(server, keptPrefix())) await dropDatabase(name, server, database)
  }
}

function serverUrl(name: 'postgres' | 'mysql'): string {
  const url = process.env[serverVariables[name]]
  if (!url) throw new Error(`${serverVariables[name]} is not set`)
  return url
}

/**
 * Drops a database. PostgreSQL waits five seconds for its sessions: a pool that has ended has told its server so, but the server may
 * not have read it yet. To end such a session by force makes `pg` emit an error that nobody hears.
 */
async function dropDatabase(name: 'postgres' | 'mysql', server: string, database: string): Promise<void> {
  const drop = `drop database ${database}`
  if (name === 'mysql') return onServer(server, drop)
  await onServer(server, drop).catch(() => onServer(server, `${drop} with (force)`))
}

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

/** The PGlite instance of this test file. Starting one takes longer than all tests in it. */
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

/** Wraps the client so that `close` does nothing, because several Kysely instances use it. */
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
  // Wait only shortly for a lock: the driver blocks this process, which also holds the lock.
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
  // Most tables are empty, so first find the others with one query.
  const used = names.map(
    (name) => sql`select ${sql.lit(name)} as name from (select 1 as one) as o
      where exists (select 1 from ${sql.table(tablePrefix + name)})`,
  )
  const { rows } = await sql<{ readonly name: string }>`${sql.join(used, sql` union all `)}`.execute(db)
  for (const { name } of rows) await sql`delete from ${sql.table(tablePrefix + name)}`.execute(db)
}
