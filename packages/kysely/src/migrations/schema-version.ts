import type { Kysely } from 'kysely'
import type { OAuthTables } from '../schema.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { createTable } from './table.ts'

/** The schema version of this version of the package: the number of its last migration. */
export const schemaVersion = 6

/** The version that a migration sets. */
export interface SchemaVersion {
  /** The number of the migration. */
  readonly version: number
  /** The oldest {@link schemaVersion} whose package can still work with the tables, for instance during a deployment. */
  readonly compatibleSince: number
}

/** Makes the last statements of the first migration. No process uses the tables before this row exists. */
export function createSchemaTable(target: SchemaTarget, version: SchemaVersion): readonly SchemaStatement[] {
  const { tables } = target
  const db = target.db as Kysely<OAuthTables>
  return [
    ...createTable(target, {
      name: tables.schema,
      columns: { id: 'integer key', version: 'integer', compatible_since: 'integer' },
    }),
    // The row exists already if an earlier run stopped before it was recorded.
    db.deleteFrom(tables.schema),
    db.insertInto(tables.schema).values({ id: 1, version: version.version, compatible_since: version.compatibleSince }),
  ]
}

/**
 * Makes the last statement of every later migration, and the first one of its way down. Without `compatibleSince`, the
 * packages that could work with the tables before can still do so.
 */
export function setSchemaVersion(target: SchemaTarget, version: number, compatibleSince?: number): SchemaStatement {
  const changes = { version, ...(compatibleSince !== undefined && { compatible_since: compatibleSince }) }
  return (target.db as Kysely<OAuthTables>).updateTable(target.tables.schema).set(changes).where('id', '=', 1)
}
