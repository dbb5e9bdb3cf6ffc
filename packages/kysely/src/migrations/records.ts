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

/** The columns by which records are found besides their key. Most records have no owner and no user. */
const sparse = ['owner_id', 'client_id', 'user_id']

const extended = (tables: TableNames): readonly string[] => [
  ...[tables.grants, tables.authorizationCodes, tables.accessTokens, tables.refreshTokens],
]

/**
 * Replaces the tables of interactions, replays, session clients and withdrawal marks by one generic table, and adds the
 * column `extra` to grants, codes and tokens. All rows are kept: sign-ins in progress continue, and no `jti` can be used
 * again. Older packages need the removed tables, so none of them can work with this schema.
 */
export const records: SchemaChange = {
  up: (target) => [
    ...createTable(target, table(target.tables)),
    ...sparse.map((column) => addSparseIndex(target, target.tables.records, column)),
    ...extended(target.tables).flatMap((name) => addColumns(target, name, { extra: 'text?' })),
    ...moveIn(target),
    setSchemaVersion(target, 5, 5),
  ],
  // Set a version that no package accepts first, because none can work while the tables are partly dropped.
  down: (target) => [
    setSchemaVersion(target, 4, 5),
    // An interrupted run may have dropped it already, if the database cannot roll back schema changes.
    ...(target.dialect.transactional ? [] : createTable(target, table(target.tables))),
    ...moveBack(target),
    ...extended(target.tables).flatMap((name) => dropColumns(target, name, ['extra'])),
    target.db.schema.dropTable(target.tables.records).ifExists(),
    setSchemaVersion(target, 4, 1),
  ],
}
