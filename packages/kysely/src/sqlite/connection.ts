import type { SqliteDatabase } from 'kysely'

/** A prepared statement of a driver that answers at once. */
export interface SqliteStatement {
  /** Runs a reading statement and returns its rows. A row has its columns as members. */
  all(parameters: readonly unknown[]): readonly unknown[]
  /** Runs a reading statement and returns its first row, or `undefined`. */
  get(parameters: readonly unknown[]): unknown
  /** Runs a writing statement and returns the number of changed rows. */
  run(parameters: readonly unknown[]): number
}

/** What is needed of a database to migrate it. */
export interface SqliteStatements {
  prepare(sql: string): SqliteStatement
  /** Runs `work` in one transaction, which has the write lock from its beginning. If it throws, nothing is written. */
  transaction(work: () => void): void
}

/** A connection to an SQLite database through a driver that answers at once: better-sqlite3, node:sqlite, bun:sqlite, libsql. */
export interface SqliteConnection extends SqliteStatements {
  readonly inTransaction: boolean
  /** Runs a command that has no parameters and no answer, such as a pragma that sets something. */
  exec(sql: string): void
  /** The connection in the form that Kysely's `SqliteDialect` takes, for the host's own queries. */
  readonly kysely: Pick<SqliteDatabase, 'prepare'>
}

export const noParameters: readonly unknown[] = []

/** Makes `SqliteStatements.transaction` of the SQL commands. */
export function withCommands(
  connection: Pick<SqliteConnection, 'prepare' | 'inTransaction'>,
): Pick<SqliteConnection, 'transaction'> {
  return {
    transaction(work) {
      connection.prepare('begin immediate').run(noParameters)
      try {
        work()
        connection.prepare('commit').run(noParameters)
      } catch (error) {
        // After some errors SQLite has rolled back by itself.
        if (connection.inTransaction) connection.prepare('rollback').run(noParameters)
        throw error
      }
    },
  }
}

/** The form of a prepared statement that node:sqlite and bun:sqlite have in common. */
export interface BuiltInStatement {
  all(...parameters: never[]): unknown[]
  get(...parameters: never[]): unknown
  run(...parameters: never[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
  iterate(...parameters: never[]): IterableIterator<unknown>
}

/** Makes the connection of a database that is built into a runtime: they have the same methods. */
export function builtIn(
  database: { prepare(sql: string): BuiltInStatement; exec(sql: string): unknown },
  isInTransaction: () => boolean,
): SqliteConnection {
  const connection = {
    prepare(sql: string): SqliteStatement {
      const statement = database.prepare(sql)
      return {
        all: (parameters) => statement.all(...(parameters as never[])),
        // bun answers null where there is no row.
        get: (parameters) => statement.get(...(parameters as never[])) ?? undefined,
        run: (parameters) => Number(statement.run(...(parameters as never[])).changes),
      }
    },
    exec: (sql: string) => void database.exec(sql),
    get inTransaction() {
      return isInTransaction()
    },
  }
  // Not a spread, which would read `inTransaction` once.
  return Object.assign(connection, withCommands(connection), { kysely: { prepare: kyselyPrepare(database) } })
}

/** Kysely has to know whether a statement answers with rows, which these drivers do not all tell. */
const withRows =
  /^\s*(?:select|values|pragma|explain|with\b(?![\s\S]*\b(?:insert|update|delete|replace\s+into)\b))|\breturning\b/i

/** Comments, names and texts, whose words are no keywords. */
export const unspoken: RegExp = /--[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"]|"")*"|'(?:[^']|'')*'|`[^`]*`|\[[^\]]*\]/g

function kyselyPrepare(database: { prepare(sql: string): BuiltInStatement }): SqliteConnection['kysely']['prepare'] {
  return (sql) => {
    const statement = database.prepare(sql)
    return {
      reader: withRows.test(sql.replace(unspoken, ' ')),
      all: (parameters) => statement.all(...(parameters as never[])),
      run: (parameters) => statement.run(...(parameters as never[])),
      iterate: (parameters) => statement.iterate(...(parameters as never[])),
    }
  }
}
