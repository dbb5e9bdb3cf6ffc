import type { Context } from '../contracts/context.ts'
import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'

/**
 * Returns the members that tell a client when its refresh token ends, with the option `exposeRefreshTokenExpiration` ({@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-refresh-token-expiration/ OAuth 2.0 Refresh Token and Authorization
 * Expiration}): `refresh_token_timeout`, the seconds for which the token may stay unused, and `authorization_expires_in`, the
 * seconds until the grant ends. The first is never above the second, and none is negative.
 * @param expiresAt when the refresh token ends unless it is exchanged, in seconds since the epoch; `undefined` when nobody
 * knows, and then there are no members
 */
export function refreshTokenExpiration(
  { config, clock }: Context,
  grant: GrantRecord,
  expiresAt: number | undefined,
): Extra {
  if (!config.exposeRefreshTokenExpiration || expiresAt === undefined) return {}
  const secondsUntil = (end: number) => Math.max(0, end - clock.now())
  return {
    refresh_token_timeout: secondsUntil(Math.min(expiresAt, grant.expiresAt)),
    authorization_expires_in: secondsUntil(grant.expiresAt),
  }
}
