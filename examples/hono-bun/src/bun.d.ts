// What this example uses of Bun. Your own application has `@types/bun`; beside the other packages of this repository, which
// are for Node and for no platform at all, its globals would be in the way.

declare module 'bun' {
  export interface Server {
    /** Stops listening and closes idle connections; resolves when no request is left. `true` breaks those off. */
    stop(closeActiveConnections?: boolean): Promise<void>
  }
  export function serve(options: {
    readonly port: number
    readonly hostname: string
    readonly fetch: (request: Request) => Response | Promise<Response>
  }): Server
  export const password: {
    /** argon2id. */
    hash(password: string): Promise<string>
    verify(password: string, hash: string): Promise<boolean>
  }
}

declare module 'bun:sqlite' {
  export class Database {
    constructor(filename: string, options?: { readonly create?: boolean })
    run(sql: string): unknown
    close(): void
  }
}
