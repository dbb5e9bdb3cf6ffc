import type { GrantRecord } from '../storage/grant.ts'

/** Tells whether a grant is neither revoked nor expired, so that its codes and tokens may be valid. */
export function isLive(grant: Pick<GrantRecord, 'expiresAt' | 'revokedAt'>, now: number): boolean {
  return grant.revokedAt === undefined && now < grant.expiresAt
}
