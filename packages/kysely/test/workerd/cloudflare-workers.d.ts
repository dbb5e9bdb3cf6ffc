// Declares the part of `cloudflare:workers` that the tests use. The types of Cloudflare would change the globals of the
// whole workspace.

declare module 'cloudflare:workers' {
  interface SqlCursor {
    readonly columnNames: string[]
    raw(): IterableIterator<unknown[]>
    toArray(): unknown[]
    one(): Record<string, unknown>
  }

  export class DurableObject<Env = unknown> {
    constructor(ctx: DurableObject['ctx'], env: Env)
    protected readonly ctx: {
      readonly storage: {
        readonly sql: { exec(sql: string, ...parameters: unknown[]): SqlCursor }
        transactionSync<T>(closure: () => T): T
      }
    }
    protected readonly env: Env
    fetch(request: Request): Response | Promise<Response>
  }
}
