import type { ClientRecord } from '../storage/client.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'

/** Tells why a code exchange gives no refresh token; `undefined` when it gives one. */
export function withholdRefreshToken(
  client: ClientRecord,
  scope: readonly string[],
  config: { readonly refreshTokensWithoutOfflineAccess: boolean; readonly grantTypes: readonly string[] },
): 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted' | undefined {
  // Without this check a client that another process registered would get a token that it cannot use.
  if (!config.grantTypes.includes('refresh_token')) return 'refresh_not_supported'
  if (!client.metadata.grant_types.includes('refresh_token')) return 'client_may_not_refresh'
  if (config.refreshTokensWithoutOfflineAccess || scope.includes('offline_access')) return undefined
  return 'offline_access_not_granted'
}

/**
 * Judges a presented refresh token. `fresh`: it was never exchanged. `retry`: it comes again inside the reuse window,
 * before its successor was exchanged (a lost response, a second tab). `replay`: it comes later ({@link
 * https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}).
 */
export function judgeRefreshToken(
  found: FoundRefreshToken,
  now: number,
  reuseWindow: number,
): 'fresh' | 'retry' | 'replay' {
  const { rotatedAt } = found.token
  if (rotatedAt === undefined) return 'fresh'
  if (found.successorRotated) return 'replay'
  return now < rotatedAt + reuseWindow ? 'retry' : 'replay'
}

/** How many access tokens one exchanged refresh token may get inside the reuse window. */
export const reuseLimit = 100
