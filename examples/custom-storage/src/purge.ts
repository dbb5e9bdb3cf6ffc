import type { Storage } from '@oauth/core'
import type { Database } from './database.ts'

/** The tables in their order. Grants come last: a small limit leaves no token without its grant. */
const expiring = ['records', 'codes', 'access_tokens', 'revoked_jwts', 'grants']

/** Clears the sealed successors of refresh tokens whose reuse window is over. */
const clearSeals = `update oauth.refresh_tokens set sealed_successor = null, sealed_until = null where id in (
  select id from oauth.refresh_tokens where sealed_until < $1 order by sealed_until limit $2 for update skip locked)`

/**
 * Deletes the rows that match `condition`. It locks them, and skips rows that another transaction has locked.
 * `ctid` is the position of a row. It is stable for the duration of the statement.
 */
const deleteFrom = (table: string, condition: string, order: string): string =>
  `delete from oauth.${table} where ctid = any(array(
     select ctid from oauth.${table} where ${condition} order by ${order} limit $2 for update skip locked))`

export function purge(database: Database): Storage['purgeExpired'] {
  return async ({ now, limit, unusedClientsBefore }) => {
    let removed = 0
    const expired = (table: string) => deleteFrom(table, 'expires_at < $1', 'expires_at')
    // Each statement is its own short transaction.
    for (const text of [expired('refresh_tokens'), clearSeals, ...expiring.map(expired)]) {
      if (removed >= limit) return removed
      removed += (await database.run(text, [now, limit - removed])).affected
    }
    if (unusedClientsBefore === undefined || removed >= limit) return removed
    const unused = 'used_at is null and registration_token_hash is not null and created_at < $1'
    const text = deleteFrom('clients', unused, 'created_at')
    return removed + (await database.run(text, [unusedClientsBefore, limit - removed])).affected
  }
}
