import { DurableObject } from 'cloudflare:workers'

interface Query {
  readonly sql: string
  readonly params?: readonly unknown[]
}

/**
 * D1 on this machine: the binding `env.DB` is workerd's own client of D1, and this object answers its requests from the
 * SQLite of a Durable Object, which is what D1 runs on. A request is one transaction.
 */
export class SimulatedD1 extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    const body = (await request.json()) as Query | readonly Query[]
    const queries = Array.isArray(body) ? (body as readonly Query[]) : [body as Query]
    try {
      return Response.json(this.ctx.storage.transactionSync(() => queries.map((query) => this.run(query))))
    } catch (error) {
      return Response.json({ success: false, error: (error as Error).message }, { status: 500 })
    }
  }

  private run({ sql, params = [] }: Query): object {
    // D1 takes no more parameters in one statement.
    if (params.length > 100) throw new Error('too many SQL variables: SQLITE_ERROR')
    const cursor = this.ctx.storage.sql.exec(sql, ...params)
    const results = { columns: cursor.columnNames, rows: [...cursor.raw()] }
    const isReading = /^\s*select\b/i.test(sql)
    const changes = isReading ? 0 : this.ctx.storage.sql.exec('select changes() as n').one().n
    return { success: true, results, meta: { changes } }
  }
}
