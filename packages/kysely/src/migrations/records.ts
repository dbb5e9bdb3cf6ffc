import type { TableNames } from '../schema.ts'
import { addColumns, dropColumns } from './columns.ts'
import { addSparseIndex } from './indexes.ts'
import { moveBack, moveIn } from './move-into-records.ts'
import type { SchemaChange } from './schema-change.ts'
import { setSchemaVersion } from './schema-version.ts'
import { createTable, type TableDefinition } from './table.ts'

const table = (tables: TableNames): TableDefinition => ({
  name: tables.records,
  columns: {
    kind: 'string',
    id: 'string',
    owner_id: 'string?',
    client_id: 'string?',
    user_id: 'string?',
    value: 'text',
    version: 'integer',
    created_at: 'seconds',
    expires_at: 'seconds',
  },
  key: ['kind', 'id'],
  indexes: [['expires_at']],
})

/** What records are found by beside their key. Most have no owner and no user. */
const sparse = ['owner_id', 'client_id', 'user_id']

const extended = (tables: TableNames): readonly string[] => [
  ...[tables.grants, tables.authorizationCodes, tables.accessTokens, tables.refreshTokens],
]

/**
 * One generic table in place of those for interactions, replays, session clients and marks of withdrawals, and room for what features say
 * about grants, codes and tokens. What is stored moves over: sign-ins in progress go on, and no `jti` may be used again.
 * Older packages need the tables that go, so none of them can work beside this schema.
 */
export const records: SchemaChange = {
  up: (target) => [
    ...createTable(target, table(target.tables)),
    ...sparse.map((column) => addSparseIndex(target, target.tables.records, column)),
    ...extended(target.tables).flatMap((name) => addColumns(target, name, { extra: 'text?' })),
    ...moveIn(target),
    setSchemaVersion(target, 5, 5),
  ],
  // First a version that no package works with, since none can while half of it is gone.
  down: (target) => [
    setSchemaVersion(target, 4, 5),
    // It may have gone already, where a schema change cannot be rolled back.
    ...(target.dialect.transactional ? [] : createTable(target, table(target.tables))),
    ...moveBack(target),
    ...extended(target.tables).flatMap((name) => dropColumns(target, name, ['extra'])),
    target.db.schema.dropTable(target.tables.records).ifExists(),
    setSchemaVersion(target, 4, 1),
  ],
}
