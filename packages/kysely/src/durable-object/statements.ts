import { noParameters, type SqliteStatements } from '../sqlite/connection.ts'

/** The members of a Durable Object's `ctx.storage` that the storage uses. */
export interface DurableObjectDatabase {
  readonly sql: {
    /** Runs one statement at once. The parameters are texts, numbers and `null`. */
    exec(sql: string, ...parameters: never[]): { toArray(): unknown[] }
  }
  transactionSync<T>(closure: () => T): T
}

/** Runs a statement and returns its rows. */
export function execute(
  { sql }: DurableObjectDatabase,
  text: string,
  parameters: readonly unknown[],
): readonly unknown[] {
  return sql.exec(text, ...(parameters as never[])).toArray()
}

/** Runs a writing statement and returns the number of changed rows. (`rowsWritten` counts the rows of indexes as well.) */
export function executeWrite(database: DurableObjectDatabase, text: string, parameters: readonly unknown[]): number {
  execute(database, text, parameters)
  const [row] = execute(database, 'select changes() as affected', noParameters)
  return (row as { readonly affected: number }).affected
}

/** Makes what migrations need of the database of a Durable Object. */
export function statementsOf(database: DurableObjectDatabase): SqliteStatements {
  return {
    prepare: (sql) => ({
      all: (parameters) => execute(database, sql, parameters),
      get: (parameters) => execute(database, sql, parameters)[0],
      run: (parameters) => executeWrite(database, sql, parameters),
    }),
    transaction: (work) => database.transactionSync(work),
  }
}
