import type { Compilable, ExpressionBuilder } from 'kysely'
import { isListed } from './is-listed.ts'
import type { OAuthTables, Schema } from './schema.ts'

/** The values of the delete, or placeholders for them. */
interface UnusedClients {
  /** Clients that registered themselves before this second. */
  readonly before: number
  readonly limit: number
  /** Only clients with an id in this range. */
  readonly range?: { readonly from: string; readonly below: string }
}

/**
 * Deletes clients that registered themselves and never got a code or token. The `delete` checks `used_at` again, because
 * `markUsed` may have changed a row after the subquery read it.
 */
export function deleteUnusedClients(
  { db, tables, dialect }: Schema,
  { before, limit, range }: UnusedClients,
): Compilable<unknown> {
  const isUnused = (eb: ExpressionBuilder<OAuthTables, 'oauth_clients'>) =>
    eb.and([
      eb('used_at', 'is', null),
      eb('registration_token_hash', 'is not', null),
      eb('created_at', '<', before),
      ...(range === undefined ? [] : [eb('id', '>=', range.from), eb('id', '<', range.below)]),
    ])
  // On MySQL a `delete` with a limit, because with a subquery MariaDB would read (and lock) the whole table.
  if (dialect === 'mysql') return db.deleteFrom(tables.clients).where(isUnused).orderBy('created_at').limit(limit)
  const unused = db.selectFrom(tables.clients).select('id').where(isUnused).orderBy('created_at').limit(limit)
  return (
    db
      .deleteFrom(tables.clients)
      // Not `used_at is null`: SQLite would then scan that index through all clients instead of using the ids.
      .where((eb) => eb(eb.fn.coalesce('used_at', eb.lit(-1)), '=', eb.lit(-1)))
      .where(isListed(dialect, 'id', unused as never))
  )
}
