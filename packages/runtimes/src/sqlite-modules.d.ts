// What the runtimes bring, as far as it is used here: the types of Node 20 do not know `node:sqlite`. `bun:sqlite` is in
// examples/hono-bun/src/bun.d.ts: bun's own types would change the globals of the whole workspace.

declare module 'node:sqlite' {
  export class DatabaseSync {
    constructor(file: string)
    prepare(sql: string): {
      all(...parameters: unknown[]): unknown[]
      run(...parameters: unknown[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
    }
    close(): void
  }
}
