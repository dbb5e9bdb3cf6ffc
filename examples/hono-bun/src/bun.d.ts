// Declares the part of Bun's API that this example uses. In your own application, install `@types/bun`. In this repository,
// its globals would conflict with packages for Node and for no platform.

declare module 'bun' {
  export interface Server {
    /** Stops listening, closes idle connections, and resolves when no request is left. `true` aborts open requests. */
    stop(closeActiveConnections?: boolean): Promise<void>
  }
  export function serve(options: {
    readonly port: number
    readonly hostname: string
    readonly fetch: (request: Request) => Response | Promise<Response>
  }): Server
  export const password: {
    /** Hashes and verifies passwords with argon2id. */
    hash(password: string): Promise<string>
    verify(password: string, hash: string): Promise<boolean>
  }
}

declare module 'bun:sqlite' {
  export class Database {
    constructor(filename: string, options?: { readonly create?: boolean; readonly safeIntegers?: boolean })
    prepare(sql: string): {
      all(...parameters: never[]): unknown[]
      get(...parameters: never[]): unknown
      run(...parameters: never[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
      iterate(...parameters: never[]): IterableIterator<unknown>
    }
    run(sql: string): unknown
    exec(sql: string): unknown
    readonly inTransaction: boolean
    close(): void
  }
}
