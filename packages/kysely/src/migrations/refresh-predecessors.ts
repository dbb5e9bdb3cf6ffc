import { sql } from 'kysely'
import { addColumns, dropColumns } from './columns.ts'
import { addSparseIndex, dropSparseIndex } from './indexes.ts'
import type { SchemaChange } from './schema-change.ts'
import { setSchemaVersion } from './schema-version.ts'
import { statement } from './table.ts'

const columns = { predecessor_id: 'string?', sealed_until: 'seconds?' } as const

/**
 * A refresh token knows the token before it, and until when its own sealed successor may be opened. What was sealed
 * before goes: at once where the successor has rotated, by the next purge elsewhere.
 */
export const refreshPredecessors: SchemaChange = {
  up: (target) => {
    const { db, tables } = target
    const name = sql.table(tables.refreshTokens)
    return [
      ...addColumns(target, tables.refreshTokens, columns),
      addSparseIndex(target, tables.refreshTokens, 'sealed_until'),
      // MySQL changes no table that the same statement reads, unless what was read is a table of its own.
      statement(
        db,
        sql`update ${name} set sealed_successor = null where sealed_successor is not null and successor_id in (
          select id from (select id from ${name} where rotated_at is not null) as rotated)`,
      ),
      statement(
        db,
        sql`update ${name} set sealed_until = rotated_at where sealed_successor is not null and sealed_until is null`,
      ),
      setSchemaVersion(target, 3),
    ]
  },
  down: (target) => [
    setSchemaVersion(target, 2),
    ...dropSparseIndex(target, target.tables.refreshTokens, 'sealed_until'),
    ...dropColumns(target, target.tables.refreshTokens, Object.keys(columns)),
  ],
}
