// Declares the part of `node:sqlite` that is used here, because the types of Node 20 do not have it. `bun:sqlite` is in
// examples/hono-bun/src/bun.d.ts, because Bun's own types would change the globals of the whole workspace.

declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(file: string, options?: Readonly<Record<string, boolean>>)
    prepare(sql: string): {
      all(...parameters: never[]): unknown[]
      get(...parameters: never[]): unknown
      run(...parameters: never[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
      iterate(...parameters: never[]): IterableIterator<unknown>
    }
    exec(sql: string): void
    readonly isTransaction: boolean
    close(): void
  }
}
