/** What a statement answered: the rows it found, and how many it changed. */
export interface Answer {
  readonly rows: readonly Row[]
  readonly affected: number
}

// biome-ignore lint/suspicious/noExplicitAny: columns of whatever was asked for
export type Row = Readonly<Record<string, any>>

export interface Sql {
  run(text: string, values?: readonly unknown[]): Promise<Answer>
}

/** All that the stores know of PostgreSQL: a statement alone, or several as one transaction. */
export interface Database extends Sql {
  /** All of it or nothing: what `work` throws rolls back. It may run `work` more than once. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
}
