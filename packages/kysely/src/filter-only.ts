import { type RawBuilder, sql } from 'kysely'
import type { DialectName } from './dialect.ts'

/**
 * Refers to a column by which SQLite must not search: it reads the rows by the index of another column, and compares this
 * one. Without statistics SQLite takes every index for equally good, and may read all grants of a client to find the two of
 * one user. A unary plus changes neither the value nor the collation
 * ({@link https://www.sqlite.org/optoverview.html#disqualifying_where_clause_terms_using_unary_ SQLite}). PostgreSQL and
 * MySQL choose by statistics.
 */
export function filterOnly(dialect: DialectName, column: string): RawBuilder<string> {
  return dialect === 'sqlite' ? sql<string>`+${sql.ref(column)}` : sql.ref<string>(column)
}
