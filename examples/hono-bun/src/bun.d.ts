// What this example uses of Bun. Your own application has `@types/bun`; beside the other packages of this repository, which
// are for Node and for no platform at all, its globals would be in the way.

declare module 'bun' {
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
