import { rowClass } from './better-sqlite3.ts'
import { type SqliteConnection, type SqliteStatement, unspoken, withCommands } from './connection.ts'

/** The members of a statement of `libsql` that the storage uses. */
export interface LibsqlStatement {
  readonly reader: boolean
  columns(): readonly { readonly name: string }[]
  raw(): LibsqlStatement
  run(...parameters: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  all(...parameters: unknown[]): unknown[]
  iterate(...parameters: unknown[]): IterableIterator<unknown>
}

/** The members of a `Database` of `libsql` that the storage uses. */
export interface LibsqlDatabase {
  prepare(sql: string): LibsqlStatement
  exec(sql: string): unknown
  readonly inTransaction: boolean
  readonly open?: boolean
}

/** The commands of a transaction, which `exec` runs: a statement that it prepares for itself is never left unfinished. */
const commands: ReadonlySet<string> = new Set(['begin immediate', 'commit', 'rollback'])

/** Statements that change rows or tables. `vacuum` and pragmas are not among them: they do not run in a transaction. */
const writing =
  /^\s*(?:insert|replace|update|delete|create|alter|drop|with\b(?=[\s\S]*\b(?:insert|update|delete|replace\s+into)\b))\b/i

/**
 * Makes the connection of a `libsql` `Database`. The driver has the methods of better-sqlite3, with these differences
 * (0.5.29 and 0.6.0-pre.41):
 *
 * - `get` after `all` returns the row of the earlier parameters, so every row is read with `all`.
 * - A writing statement that meets a lock stays unfinished in the driver. What the connection then writes outside a
 *   transaction is acknowledged and not committed. So each write has a transaction, and `exec` begins and ends it.
 * - It reads a text to its first NUL character, so texts with NUL are not written.
 * - In a closed database, `inTransaction` ends the process.
 */
export function libsqlConnection(database: LibsqlDatabase): SqliteConnection {
  const inTransaction = (): boolean => {
    if (database.open === false) throw new TypeError('The database connection is not open')
    return database.inTransaction
  }

  /** Runs a write in the transaction that is open, or in one of its own. */
  function transact<T>(work: () => T): T {
    if (inTransaction()) return work()
    database.exec('begin immediate')
    try {
      const result = work()
      database.exec('commit')
      return result
    } catch (error) {
      // If the roll-back fails, throw the error that made it necessary.
      try {
        if (inTransaction()) database.exec('rollback')
      } catch {}
      throw error
    }
  }

  function prepare(sql: string): SqliteStatement {
    if (commands.has(sql)) return command(sql)
    const statement = database.prepare(sql)
    const run: SqliteStatement['run'] = (parameters) => {
      refuseNul(parameters)
      return transact(() => statement.run(...parameters).changes)
    }
    if (!statement.reader) return { run, get: () => undefined, all: () => [] }
    const Row = rowClass(statement.raw())
    const all: SqliteStatement['all'] = (parameters) =>
      statement.all(...parameters).map((values) => new Row(values as unknown[]))
    return { run, all, get: (parameters) => all(parameters)[0] }
  }

  function command(sql: string): SqliteStatement {
    const run = () => {
      database.exec(sql)
      return 0
    }
    return { run, get: () => undefined, all: () => [] }
  }

  /** Prepares a statement of the host, for Kysely. */
  const prepareForHost: SqliteConnection['kysely']['prepare'] = (sql) => {
    const statement = database.prepare(sql)
    const isWriting = writing.test(sql.replace(unspoken, ' '))
    const around = <T>(work: () => T): T => (isWriting ? transact(work) : work())
    return {
      reader: statement.reader,
      all: (parameters) => around(() => statement.all(...parameters)),
      run(parameters) {
        if (!commands.has(sql)) return around(() => statement.run(...parameters))
        database.exec(sql)
        return { changes: 0, lastInsertRowid: 0 }
      },
      iterate: (parameters) => statement.iterate(...parameters),
    }
  }

  const connection = {
    prepare,
    exec: (sql: string) => void database.exec(sql),
    get inTransaction() {
      return inTransaction()
    },
  }
  return Object.assign(connection, withCommands(connection), { kysely: { prepare: prepareForHost } })
}

function refuseNul(parameters: readonly unknown[]): void {
  if (parameters.some((value) => typeof value === 'string' && value.includes('\0'))) {
    throw new TypeError(
      'libsqlStorage: libsql reads a text to its first NUL character, so a text with NUL cannot be stored',
    )
  }
}
