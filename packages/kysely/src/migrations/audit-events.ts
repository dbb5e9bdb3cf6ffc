import type { TableNames } from '../schema.ts'
import type { SchemaChange } from './schema-change.ts'
import { setSchemaVersion } from './schema-version.ts'
import { createTable, type TableDefinition } from './table.ts'

const table = (tables: TableNames): TableDefinition => ({
  name: tables.auditEvents,
  columns: {
    id: 'key',
    occurred_at: 'seconds',
    type: 'string',
    outcome: 'string',
    endpoint: 'string?',
    client_id: 'string?',
    user_id: 'string?',
    grant_id: 'string?',
    request_id: 'string?',
    address: 'string?',
    reason: 'text?',
    details: 'text',
  },
  indexes: [['user_id', 'id'], ['client_id', 'id'], ['request_id']],
  clustered: true,
})

/** Adds the table of `auditTrail`. The storage does not use it, so earlier versions of the package continue to work. */
export const auditEvents: SchemaChange = {
  up: (target) => [...createTable(target, table(target.tables)), setSchemaVersion(target, 6)],
  down: (target) => [setSchemaVersion(target, 5), target.db.schema.dropTable(target.tables.auditEvents).ifExists()],
}
