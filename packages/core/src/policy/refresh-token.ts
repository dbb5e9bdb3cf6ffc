import type { ClientRecord } from '../storage/client.ts'
import type { FoundRefreshToken } from '../storage/refresh-token.ts'

/** Why a code exchange brings no refresh token, or `undefined` when it brings one. */
export function withholdRefreshToken(
  client: ClientRecord,
  scope: readonly string[],
  config: { readonly refreshTokensWithoutOfflineAccess: boolean; readonly grantTypes: readonly string[] },
): 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted' | undefined {
  // The client may be of a process that has the grant type; nobody could use the token here.
  if (!config.grantTypes.includes('refresh_token')) return 'refresh_not_supported'
  if (!client.metadata.grant_types.includes('refresh_token')) return 'client_may_not_refresh'
  if (config.refreshTokensWithoutOfflineAccess || scope.includes('offline_access')) return undefined
  return 'offline_access_not_granted'
}

/**
 * What an old refresh token is: `fresh` was never exchanged; `twin` comes again inside the reuse window, before anybody
 * used its successor (a lost response, a second tab); `replay` is anything later
 * ({@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2 RFC 9700 section 4.14.2}).
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

/** How many access tokens the holders of one old refresh token may get inside the window. */
export const reuseLimit = 100
