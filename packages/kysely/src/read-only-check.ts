import { sql } from 'kysely'
import type { Runner } from './runner.ts'
import type { Schema } from './schema.ts'
import { type Bind, statement } from './statement.ts'

/** What a server says when it can be written to: PostgreSQL `off`, MySQL and MariaDB 0, MariaDB from version 12 `OFF`. */
const writable = /^(?:off|0)$/i

/**
 * Makes a function that tells whether the connection leads to a server that cannot be written to, and what to do. On such a
 * server all reads work, but their answers may be old: a revoked token would count as active.
 */
export function readOnlyCheck(
  { db, dialect }: Pick<Schema, 'db' | 'dialect'>,
  runner: Runner,
): () => Promise<string | undefined> {
  if (dialect === 'sqlite') return async () => undefined
  const setting =
    dialect === 'postgres' ? sql<string>`current_setting('transaction_read_only')` : sql<string>`@@global.read_only`
  const read = statement((_bind: Bind<object>) => db.selectNoFrom(setting.as('state')))
  return async () => {
    const state = await runner.find(read, {}, (row) => String(row?.state))
    if (writable.test(state)) return undefined
    return 'the database server is read-only: connect to the primary, not to a standby, a replica or a proxy that sends reads to one'
  }
}
