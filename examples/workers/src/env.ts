/** The variables, secrets and bindings of a Worker. The platform passes them with each request, not earlier. */
export interface Env {
  /** The URL of the Worker, for instance `https://id.example.com`. */
  readonly BASE_URL: string
  /** The secret that seals the signing keys: at least 32 random characters. */
  readonly OAUTH_SECRET: string
  /** The secret of the demo client: at least 32 random characters. */
  readonly CLIENT_SECRET: string
  readonly CLIENT_REDIRECT_URI: string
  readonly USER_PASSWORD: string
  /** The Durable Objects of the class `Identity`. */
  readonly IDENTITY: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

// In your own Worker, `wrangler types` writes these types. In this repository, they would change the globals of all packages.

/** The SQLite database of a Durable Object, and its alarm. */
export interface ObjectStorage {
  readonly sql: {
    exec(sql: string, ...parameters: readonly (string | number)[]): { toArray(): Record<string, unknown>[] }
  }
  transactionSync<T>(closure: () => T): T
  getAlarm(): Promise<number | null>
  setAlarm(milliseconds: number): Promise<void>
}

export interface ObjectContext {
  readonly storage: ObjectStorage
  blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>
}
