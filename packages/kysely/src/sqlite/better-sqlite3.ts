import { type SqliteConnection, type SqliteStatement, withCommands } from './connection.ts'

/** The members of a statement of better-sqlite3 that the storage uses. */
export interface BetterSqlite3Statement {
  readonly reader: boolean
  columns(): readonly { readonly name: string }[]
  raw(): BetterSqlite3Statement
  run(...parameters: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...parameters: unknown[]): unknown
  all(...parameters: unknown[]): unknown[]
  iterate(...parameters: unknown[]): IterableIterator<unknown>
}

/**
 * The members of a `Database` of better-sqlite3 that the storage uses. They are written here, because better-sqlite3 has no
 * types of its own: an application should not need `@types/better-sqlite3` to compile.
 */
export interface BetterSqlite3Database {
  prepare(sql: string): BetterSqlite3Statement
  exec(sql: string): unknown
  readonly inTransaction: boolean
}

type RowClass = new (values: readonly unknown[]) => object

/**
 * Makes the class of a statement's rows: a row has only the array of its values, and reads a column from it by name.
 * Copying twenty columns to members of an object takes half as long as the query.
 */
export function rowClass(statement: Pick<BetterSqlite3Statement, 'columns'>): RowClass {
  class Row {
    readonly values: readonly unknown[]
    constructor(values: readonly unknown[]) {
      this.values = values
    }
  }
  statement.columns().forEach(({ name }, index) => {
    Object.defineProperty(Row.prototype, name, {
      get(this: Row) {
        return this.values[index]
      },
    })
  })
  return Row
}

function prepared(statement: BetterSqlite3Statement): SqliteStatement {
  // As arguments, better-sqlite3 reads the values faster than from an array.
  const run: SqliteStatement['run'] = (parameters) => statement.run(...parameters).changes
  if (!statement.reader) return { run, get: () => undefined, all: () => [] }
  // Making objects with twenty names costs better-sqlite3 twice as much as reading the values, so it returns arrays.
  const Row = rowClass(statement.raw())
  return {
    run,
    get(parameters) {
      // A call with its argument written out costs less than one with a spread array.
      const values = parameters.length === 1 ? statement.get(parameters[0]) : statement.get(...parameters)
      return values && new Row(values as unknown[])
    },
    all: (parameters) => statement.all(...parameters).map((values) => new Row(values as unknown[])),
  }
}

/** Makes the connection of a better-sqlite3 `Database`. */
export function betterSqlite3(database: BetterSqlite3Database): SqliteConnection {
  const connection = {
    prepare: (sql: string) => prepared(database.prepare(sql)),
    exec: (sql: string) => void database.exec(sql),
    get inTransaction() {
      return database.inTransaction
    },
  }
  return Object.assign(connection, withCommands(connection), { kysely: database })
}
