/** Where a database is, in a form that can be handed to another process. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres' | 'mysql'; readonly url: string; readonly tablePrefix: string }

/** What a worker is started with. */
export interface WorkerSettings {
  readonly database: DatabaseAddress
  /** Milliseconds that a verb waits for the database. */
  readonly timeoutSeconds?: number
}
