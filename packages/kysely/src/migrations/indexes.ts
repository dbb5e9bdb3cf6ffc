import { sql } from 'kysely'
import { repeatable } from './columns.ts'
import type { SchemaStatement, SchemaTarget } from './schema-change.ts'
import { indexName, statement } from './table.ts'

/**
 * Adds an index of the rows in which this column has a value. Few rows have one at a time, so a partial index stays small.
 * MySQL has no partial indexes, so there it contains all rows.
 */
export function addSparseIndex(target: SchemaTarget, table: string, column: string): SchemaStatement {
  const where = target.dialect.name === 'mysql' ? sql`` : sql`where ${sql.id(column)} is not null`
  const index = sql`create index ${sql.id(indexName(table, [column]))} on ${sql.table(table)} (${sql.id(column)}) ${where}`
  return repeatable(target, statement(target.db, index))
}

/** Drops the index of {@link addSparseIndex}, before its column is dropped. MySQL drops it together with the column. */
export function dropSparseIndex(target: SchemaTarget, table: string, column: string): readonly SchemaStatement[] {
  if (target.dialect.name === 'mysql') return []
  return [statement(target.db, sql`drop index if exists ${sql.id(indexName(table, [column]))}`)]
}
