import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { OAuthTables } from '../schema.ts'
import { addColumns, dropColumns } from './columns.ts'
import type { SchemaChange } from './schema-change.ts'
import { setSchemaVersion } from './schema-version.ts'

/** The value of `registered_by` for clients that are older than the column. `originOf` in `codec.ts` applies the same rule. */
const origin: RawBuilder<string> = sql`case
  when user_id is not null or reference_id is not null then 'user'
  when registration_token_hash is not null then 'anonymous'
  else 'server' end`

const columns = { registered_by: { kind: 'string', initially: '' }, machine_scope: 'text?' } as const

/**
 * Adds who registered a client, and the scopes that it may use for tokens without a user. An earlier version of the package
 * can continue to work: the rows that it adds have `''`, and are read by the rule of this migration.
 */
export const clientOrigin: SchemaChange = {
  up(target) {
    const db = target.db as Kysely<OAuthTables>
    const { clients } = target.tables
    return [
      ...addColumns(target, clients, columns),
      db.updateTable(clients).set({ registered_by: origin }).where('registered_by', '=', ''),
      setSchemaVersion(target, 2),
    ]
  },
  down(target) {
    const { clients } = target.tables
    return [setSchemaVersion(target, 1), ...dropColumns(target, clients, Object.keys(columns))]
  },
}
