import type { Kysely } from 'kysely'
import type { OAuthTables } from '../schema.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { createTable } from './table.ts'

/** The schema that this version of the package is written for: the number of its last migration. */
export const schemaVersion = 5

/** What a migration leaves behind. */
export interface SchemaVersion {
  /** The number of the migration. */
  readonly version: number
  /** The oldest {@link schemaVersion} whose package can go on working with the tables, for instance while it is replaced. */
  readonly compatibleSince: number
}

/** The first migration's last statements. Nobody reads the row before it is there. */
export function createSchemaTable(target: SchemaTarget, version: SchemaVersion): readonly SchemaStatement[] {
  const { tables } = target
  const db = target.db as Kysely<OAuthTables>
  return [
    ...createTable(target, {
      name: tables.schema,
      columns: { id: 'integer key', version: 'integer', compatible_since: 'integer' },
    }),
    // It is there already where the migration was cut off before it was written down.
    db.deleteFrom(tables.schema),
    db.insertInto(tables.schema).values({ id: 1, version: version.version, compatible_since: version.compatibleSince }),
  ]
}

/**
 * Every later migration's last statement, and the first when it is taken back. Without `compatibleSince` the packages that
 * could work with the tables before can do so afterwards, too.
 */
export function setSchemaVersion(target: SchemaTarget, version: number, compatibleSince?: number): SchemaStatement {
  const changes = { version, ...(compatibleSince !== undefined && { compatible_since: compatibleSince }) }
  return (target.db as Kysely<OAuthTables>).updateTable(target.tables.schema).set(changes).where('id', '=', 1)
}
