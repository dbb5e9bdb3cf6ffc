import type { Storage } from '../storage/storage.ts'
import { withoutSeal } from './refresh-tokens.ts'
import type { Rows } from './rows.ts'
import type { Tables } from './tables.ts'

function purgeRows<R extends { readonly id: string }>(
  rows: Rows<R>,
  limit: number,
  isOver: (row: R) => boolean,
): number {
  let removed = 0
  if (limit <= 0) return removed
  for (const row of rows.values()) {
    if (!isOver(row)) continue
    rows.delete(row.id)
    removed += 1
    if (removed === limit) break
  }
  return removed
}

/** Clears the sealed successors whose reuse window is over, and counts them. */
function clearSeals({ refreshTokens }: Tables, limit: number, now: number): number {
  const over = [...refreshTokens.values()].filter(({ sealedUntil }) => sealedUntil !== undefined && sealedUntil < now)
  const cleared = over.slice(0, Math.max(0, limit))
  for (const token of cleared) refreshTokens.put(withoutSeal(token))
  return cleared.length
}

/**
 * Removes what has expired. Grants come after their codes and tokens, so that a small limit leaves no code or token
 * without its grant.
 */
export function purgeExpired(
  tables: Tables,
  { now, limit, unusedClientsBefore }: Parameters<Storage['purgeExpired']>[0],
): number {
  const hasExpired = (row: { readonly expiresAt: number }): boolean => row.expiresAt < now
  let removed = purgeRows(tables.refreshTokens, limit, hasExpired)
  removed += clearSeals(tables, limit - removed, now)
  removed += purgeRows(tables.records, limit - removed, hasExpired)
  removed += purgeRows(tables.authorizationCodes, limit - removed, hasExpired)
  removed += purgeRows(tables.accessTokens, limit - removed, hasExpired)
  removed += purgeRows(tables.revokedJwts, limit - removed, hasExpired)
  removed += purgeRows(tables.grants, limit - removed, hasExpired)
  if (unusedClientsBefore === undefined) return removed
  return (
    removed +
    purgeRows(
      tables.clients,
      limit - removed,
      ({ registrationTokenHash, usedAt, createdAt }) =>
        registrationTokenHash !== undefined && usedAt === undefined && createdAt < unusedClientsBefore,
    )
  )
}
