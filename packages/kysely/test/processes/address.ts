/** Where a database is, in a form that can be handed to another process. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'server'; readonly url: string }

/** What a worker is started with. */
export interface WorkerSettings {
  readonly database: DatabaseAddress
  /** How long a verb waits for the database. Default: that of the package. */
  readonly timeoutSeconds?: number
  /** How long it relies on what it has read of the keys. Default: a minute. */
  readonly keyCacheSeconds?: number
}
