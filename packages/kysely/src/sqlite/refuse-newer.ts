import { schemaVersion } from '../migrations/schema-version.ts'
import type { TableNames } from '../schema.ts'
import { refuseSchema } from '../schema-check.ts'
import { noParameters, type SqliteStatements } from './connection.ts'

/** Throws, without a change to the tables, when they are so new that this version of the package cannot work with them. */
export function refuseNewer(database: SqliteStatements, tables: TableNames): void {
  const isThere = database.prepare(`select 1 as "there" from sqlite_schema where type = 'table' and name = ?`)
  if (isThere.get([tables.schema]) === undefined) return
  const row = database
    .prepare(`select version, compatible_since as compatibleSince from "${tables.schema}" where id = 1`)
    .get(noParameters) as { readonly version: number; readonly compatibleSince: number } | undefined
  // Older tables are migrated, or refused at the first call.
  if (row === undefined || row.version <= schemaVersion) return
  const refusal = refuseSchema(row, tables)
  if (refusal !== undefined) throw new Error(refusal)
}
