/** The address of a database, in a form that can be sent to another process. */
export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'libsql'; readonly file: string }
  | { readonly kind: 'server'; readonly url: string }
  /** Several PostgreSQL servers, of which one is the primary. */
  | { readonly kind: 'servers'; readonly urls: readonly string[] }

/** The settings of a worker process. */
export interface WorkerSettings {
  readonly database: DatabaseAddress
  /** Seconds for which a verb waits for the database. Default: that of the package. */
  readonly timeoutSeconds?: number
  /** Seconds for which the worker caches the keys. Default: a minute. */
  readonly keyCacheSeconds?: number
  /** Whether clients that name no resource get opaque access tokens. Default: false. */
  readonly opaque?: boolean
}
