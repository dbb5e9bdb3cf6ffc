import type { Rows } from './rows.ts'
import type { Tables } from './tables.ts'

function purgeRows<R extends { readonly id: string; readonly expiresAt: number }>(
  rows: Rows<R>,
  now: number,
  limit: number,
): number {
  let removed = 0
  if (limit <= 0) return removed
  for (const row of rows.values()) {
    if (row.expiresAt >= now) continue
    rows.delete(row.id)
    removed += 1
    if (removed === limit) break
  }
  return removed
}

/** Grants go last: what hangs on them goes first, so that a short limit leaves no child without its grant. */
export function purgeExpired(tables: Tables, now: number, limit: number): number {
  let removed = purgeRows(tables.interactions, now, limit)
  removed += purgeRows(tables.authorizationCodes, now, limit - removed)
  removed += purgeRows(tables.accessTokens, now, limit - removed)
  removed += purgeRows(tables.refreshTokens, now, limit - removed)
  removed += purgeRows(tables.revokedJwts, now, limit - removed)
  return removed + purgeRows(tables.grants, now, limit - removed)
}
