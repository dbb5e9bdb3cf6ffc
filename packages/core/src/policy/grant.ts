import type { GrantRecord } from '../storage/grant.ts'

/** Whether what came from this grant may still be good. */
export function isLive(grant: GrantRecord, now: number): boolean {
  return grant.revokedAt === undefined && now < grant.expiresAt
}
