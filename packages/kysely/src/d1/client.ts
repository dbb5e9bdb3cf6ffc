/** The members of a prepared statement of D1 that the storage uses. */
export interface D1Statement {
  bind(...parameters: never[]): D1Statement
}

/** The members of a D1 binding (`env.DB`) that the storage uses. */
export interface D1Client {
  prepare(sql: string): D1Statement
  /** Runs the statements one after the other, in one transaction. If one fails, nothing is written. */
  batch(statements: never[]): Promise<readonly D1Result[]>
}

export interface D1Result {
  readonly success: boolean
  readonly results: readonly unknown[]
  /** How many rows a write has changed, among other things. */
  readonly meta: object
}
