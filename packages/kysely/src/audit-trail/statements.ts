import type { AuditEventRow, Schema } from '../schema.ts'
import type { AuditOutcome } from './entry.ts'
import { firstId } from './ids.ts'

/** Which events to read. Several conditions must all be met. */
export interface AuditQuery {
  readonly userId?: string
  readonly clientId?: string
  readonly grantId?: string
  readonly requestId?: string
  readonly type?: string
  readonly outcome?: AuditOutcome
  /** Seconds since the epoch: only events from this second on. */
  readonly from?: number
  /** Seconds since the epoch: only events before this second. */
  readonly to?: number
  /** The most events. Default: 50; at most 1000. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly before?: string
}

const conditions = [
  ['userId', 'user_id'],
  ['clientId', 'client_id'],
  ['grantId', 'grant_id'],
  ['requestId', 'request_id'],
  ['type', 'type'],
  ['outcome', 'outcome'],
] as const

/** Writes rows in one statement. A row that is there already, of a write whose answer was lost, is left alone. */
export async function insertRows({ db, tables, dialect }: Schema, rows: readonly AuditEventRow[]): Promise<void> {
  const insert = db.insertInto(tables.auditEvents).values([...rows])
  await (dialect === 'mysql'
    ? insert.ignore()
    : insert.onConflict((conflict) => conflict.column('id').doNothing())
  ).execute()
}

export async function selectRows(
  { db, tables }: Schema,
  query: AuditQuery,
  limit: number,
): Promise<readonly AuditEventRow[]> {
  let select = db.selectFrom(tables.auditEvents).selectAll()
  for (const [member, column] of conditions) {
    const value = query[member]
    if (value !== undefined) select = select.where(column, '=', value)
  }
  const { from, to, before } = query
  // The id begins with the time.
  if (from !== undefined) select = select.where('id', '>=', firstId(from))
  if (to !== undefined) select = select.where('id', '<', firstId(to))
  if (before !== undefined) select = select.where('id', '<', before)
  return select.orderBy('id', 'desc').limit(limit).execute()
}

/** Deletes the oldest rows by the primary key. */
export async function deleteBefore({ db, tables, dialect }: Schema, before: number, limit: number): Promise<number> {
  const end = firstId(before)
  const remove = db.deleteFrom(tables.auditEvents)
  const old = db.selectFrom(tables.auditEvents).select('id').where('id', '<', end).orderBy('id').limit(limit)
  const { numDeletedRows } = await (dialect === 'mysql'
    ? remove.where('id', '<', end).orderBy('id').limit(limit)
    : remove.where('id', 'in', old)
  ).executeTakeFirst()
  return Number(numDeletedRows)
}
