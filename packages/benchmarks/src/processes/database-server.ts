import { readFileSync } from 'node:fs'
import { type Kysely, MysqlDialect, PostgresDialect, sql } from 'kysely'
import { createPool } from 'mysql2'
import { Pool } from 'pg'
import type { StorageName } from '../protocol.ts'
import { parentOf, treeTime } from './server-time.ts'

export const serverVariables = { postgres: 'POSTGRES_URL', mysql: 'MYSQL_URL' } as const

/** A database server that the measured processes share. */
export interface DatabaseServer {
  /** Its name and version. */
  readonly version: string
  /** The largest number of connections that it accepts. */
  readonly connections: number
  /** Makes an empty database and returns its address. */
  create(name: string): Promise<string>
  drop(name: string): Promise<void>
  /** Milliseconds of processor time of the server so far. Not a number if it is not on this machine, or not on Linux. */
  time(): number
  close(): Promise<void>
}

/** @throws {Error} when the variable that names the server is not set */
export async function openServer(kind: StorageName & keyof typeof serverVariables): Promise<DatabaseServer> {
  const variable = serverVariables[kind]
  const url = process.env[variable]
  if (!url) throw new Error(`set ${variable}, or run this command with: bash .ci/databases <command>`)
  const { Kysely } = await import('kysely')
  const dialect =
    kind === 'mysql'
      ? new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: 1 }) })
      : new PostgresDialect({ pool: new Pool({ connectionString: url, max: 1, idleTimeoutMillis: 0 }) })
  const db = new Kysely<unknown>({ dialect })
  const facts = await (kind === 'mysql' ? readMysql(db) : readPostgres(db))
  const time = facts.process > 0 ? treeTime(facts.process) : () => Number.NaN
  async function drop(name: string): Promise<void> {
    await sql`drop database if exists ${sql.id(name)}${sql.raw(kind === 'postgres' ? ' with (force)' : '')}`.execute(db)
  }
  return {
    version: facts.version,
    connections: facts.connections,
    time,
    async create(name) {
      await drop(name)
      await sql`create database ${sql.id(name)}`.execute(db)
      return Object.assign(new URL(url), { pathname: `/${name}` }).href
    },
    drop,
    close: () => db.destroy(),
  }
}

interface Facts {
  readonly version: string
  readonly connections: number
  /** The number of the process, or 0. */
  readonly process: number
}

async function readPostgres(db: Kysely<unknown>): Promise<Facts> {
  const { rows } = await sql<{ version: string; connections: string; backend: number }>`
    select current_setting('server_version') as version, current_setting('max_connections') as connections,
      pg_backend_pid() as backend`.execute(db)
  const [{ version, connections, backend } = { version: '', connections: '0', backend: 0 }] = rows
  return { version: `PostgreSQL ${version}`, connections: Number(connections), process: parentOf(backend) }
}

async function readMysql(db: Kysely<unknown>): Promise<Facts> {
  const { rows } = await sql<{ version: string; connections: number; file: string }>`
    select version() as version, @@max_connections as connections, @@pid_file as file`.execute(db)
  const [{ version, connections, file } = { version: '', connections: 0, file: '' }] = rows
  return {
    version: `${version.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${version.replace(/-.*/, '')}`,
    connections: Number(connections),
    process: numberIn(file),
  }
}

function numberIn(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'))
  } catch {
    return 0
  }
}
