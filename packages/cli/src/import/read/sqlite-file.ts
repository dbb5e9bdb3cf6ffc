import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { CommandError, messageOf } from '../../errors.ts'
import type { Row } from '../row.ts'
import type { SourceDatabase } from './tables.ts'

interface Statement {
  all(...values: readonly unknown[]): readonly unknown[]
  get(...values: readonly unknown[]): unknown
  iterate(...values: readonly unknown[]): Iterable<unknown>
}

interface Connection {
  prepare(statement: string): Statement
  close(): void
}

type Driver = new (file: string, options: { readonly readonly: true; readonly fileMustExist: true }) => Connection

/**
 * Opens an SQLite file for reading alone, with the `better-sqlite3` of the host.
 * @param beside a file of the host, beside which the driver is looked for
 * @throws {CommandError} when there is no such file, it is no database, or there is no driver
 */
export function openSqliteFile(file: string, beside: string): SourceDatabase {
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}: correct --database`)
  const connection = connect(file, driverBeside(beside))
  return {
    has: async (table) =>
      connection.prepare("select 1 from sqlite_master where type in ('table', 'view') and name = ?").get(table) !==
      undefined,
    rows: (table, keys) => rowsOf(connection, table, keys),
    close: async () => connection.close(),
  }
}

async function* rowsOf(connection: Connection, table: string, keys: readonly string[]): AsyncGenerator<Row> {
  let rows: Iterable<unknown>
  try {
    const columns = connection.prepare('select name from pragma_table_info(?)').all(table) as readonly {
      name: string
    }[]
    const key = keys.find((one) => columns.some(({ name }) => name === one))
    const order = key === undefined ? '' : ` order by ${quoted(key)}`
    rows = connection.prepare(`select * from ${quoted(table)}${order}`).iterate()
  } catch (error) {
    throw new CommandError(`the table ${table} cannot be read: ${messageOf(error)}`)
  }
  for (const row of rows) yield row as Row
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function connect(file: string, SqliteDatabase: Driver): Connection {
  try {
    const connection = new SqliteDatabase(file, { readonly: true, fileMustExist: true })
    connection.prepare('select count(*) from sqlite_master').get()
    return connection
  } catch (error) {
    throw new CommandError(`${file} cannot be read as an SQLite database: ${messageOf(error)}`)
  }
}

function driverBeside(file: string): Driver {
  const ofHost = createRequire(file)
  for (const find of [
    () => ofHost('better-sqlite3'),
    () => createRequire(ofHost.resolve('@oauth/kysely/sqlite'))('better-sqlite3'),
  ]) {
    try {
      return find() as Driver
    } catch {
      // The next place.
    }
  }
  throw new CommandError(
    `better-sqlite3 is not installed beside ${file}: install it, or name a module that exports a Kysely instance as db`,
  )
}
