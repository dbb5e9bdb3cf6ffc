import type { Storage } from '../storage/storage.ts'
import { withoutSeal } from './refresh-tokens.ts'
import type { Tables } from './tables.ts'

/** Clears the sealed successors whose reuse window is over, and counts them. */
function clearSeals({ refreshTokens, refreshTokensBySeal }: Tables, now: number, limit: number): number {
  const over = refreshTokensBySeal.before(now, limit)
  for (const id of over) {
    const token = refreshTokens.get(id)
    if (token) refreshTokens.put(withoutSeal(token))
  }
  return over.length
}

/**
 * Deletes the clients that registered themselves before `createdBefore` and were never used, and counts them. `isMeant`
 * leaves out clients by their ids.
 */
export function purgeUnusedClients(
  { clients }: Tables,
  createdBefore: number,
  limit: number,
  isMeant: (id: string) => boolean = () => true,
): number {
  let removed = 0
  for (const { id, registrationTokenHash, usedAt, createdAt } of clients.values()) {
    if (removed >= limit) break
    if (registrationTokenHash === undefined || usedAt !== undefined || createdAt >= createdBefore) continue
    if (!isMeant(id)) continue
    clients.delete(id)
    removed += 1
  }
  return removed
}

/**
 * Removes what has expired. Grants come after their codes and tokens, so that a small limit leaves no code or token
 * without its grant.
 */
export function purgeExpired(
  tables: Tables,
  { now, limit, unusedClientsBefore }: Parameters<Storage['purgeExpired']>[0],
): number {
  const { refreshTokens, records, authorizationCodes, accessTokens, revokedJwts, grants } = tables
  let removed = refreshTokens.purge(now, limit)
  removed += clearSeals(tables, now, limit - removed)
  for (const table of [records, authorizationCodes, accessTokens, revokedJwts, grants]) {
    removed += table.purge(now, limit - removed)
  }
  if (unusedClientsBefore === undefined) return removed
  return removed + purgeUnusedClients(tables, unusedClientsBefore, limit - removed)
}
