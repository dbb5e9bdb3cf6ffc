import type { TableNames } from '../schema.ts'
import { addColumns, dropColumns } from './columns.ts'
import type { SchemaChange } from './schema-change.ts'
import { setSchemaVersion } from './schema-version.ts'
import { createTable, type TableDefinition } from './table.ts'

const table = (tables: TableNames): TableDefinition => ({
  name: tables.withdrawals,
  columns: { id: 'key', version: 'string', noted_at: 'seconds', expires_at: 'seconds' },
  indexes: [['expires_at']],
  clustered: true,
})

/** Columns of interactions: the withdrawal marks when the user was bound to it, and the reference of the consent page. */
const interactionColumns = { withdrawals: 'text?', reference_id: 'string?' } as const

/** Adds the table of withdrawal marks, and the columns of interactions that are compared with them. */
export const withdrawals: SchemaChange = {
  up: (target) => [
    ...createTable(target, table(target.tables)),
    ...addColumns(target, target.tables.interactions, interactionColumns),
    setSchemaVersion(target, 4),
  ],
  down: (target) => [
    setSchemaVersion(target, 3),
    ...dropColumns(target, target.tables.interactions, Object.keys(interactionColumns)),
    target.db.schema.dropTable(target.tables.withdrawals).ifExists(),
  ],
}
