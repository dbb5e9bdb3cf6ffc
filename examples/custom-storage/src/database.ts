/** The result of a statement: the rows that it returned, and the number of rows that it changed. */
export interface Answer {
  readonly rows: readonly Row[]
  readonly affected: number
}

// biome-ignore lint/suspicious/noExplicitAny: columns of whatever was asked for
export type Row = Readonly<Record<string, any>>

export interface Sql {
  run(text: string, values?: readonly unknown[]): Promise<Answer>
}

/** The operations of PostgreSQL that the stores use: one statement alone, or several as one transaction. */
export interface Database extends Sql {
  /** Runs `work` in a transaction, and rolls back if it throws. It may run `work` more than once. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}
