import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { DialectName } from './dialect.ts'
import type { OAuthTables } from './schema.ts'

/**
 * Makes the condition `key in (…)`. On PostgreSQL it skips rows that another purge has locked, so that two purges never
 * wait for each other, and puts the list into an array first: a plan may run a locking subquery more than once, with
 * different results.
 */
export function isListed(
  dialect: DialectName,
  key: string,
  rows: SelectQueryBuilder<OAuthTables, never, unknown>,
): RawBuilder<boolean> {
  return dialect === 'postgres'
    ? sql`${sql.ref(key)} = any(array(${rows.forUpdate().skipLocked()}))`
    : sql`${sql.ref(key)} in (${rows})`
}
