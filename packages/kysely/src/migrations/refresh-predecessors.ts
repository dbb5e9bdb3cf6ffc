import { sql } from 'kysely'
import { addColumns, dropColumns } from './columns.ts'
import { addSparseIndex, dropSparseIndex } from './indexes.ts'
import type { SchemaChange } from './schema-change.ts'
import { setSchemaVersion } from './schema-version.ts'
import { statement } from './table.ts'

const columns = { predecessor_id: 'string?', sealed_until: 'seconds?' } as const

/**
 * Adds to a refresh token the id of its predecessor, and until when its sealed successor may be opened. It clears the
 * existing sealed successors: at once if the successor has rotated, otherwise the next purge clears them.
 */
export const refreshPredecessors: SchemaChange = {
  up: (target) => {
    const { db, tables } = target
    const name = sql.table(tables.refreshTokens)
    return [
      ...addColumns(target, tables.refreshTokens, columns),
      addSparseIndex(target, tables.refreshTokens, 'sealed_until'),
      // MySQL cannot update a table that the same statement reads, except through a derived table.
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
