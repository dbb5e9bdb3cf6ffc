import type Database from 'better-sqlite3'
import { type SqliteConnection, type SqliteStatement, withCommands } from './connection.ts'

type RowClass = new (values: readonly unknown[]) => object

/**
 * Makes the class of a statement's rows: a row has only the array of its values, and reads a column from it by name.
 * Copying twenty columns to members of an object takes half as long as the query.
 */
function rowClass(statement: Database.Statement): RowClass {
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

function prepared(statement: Database.Statement): SqliteStatement {
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
export function betterSqlite3(database: Database.Database): SqliteConnection {
  const connection = {
    prepare: (sql: string) => prepared(database.prepare(sql)),
    exec: (sql: string) => void database.exec(sql),
    get inTransaction() {
      return database.inTransaction
    },
  }
  return Object.assign(connection, withCommands(connection), { kysely: database as SqliteConnection['kysely'] })
}
