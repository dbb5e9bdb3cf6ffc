import { UsageError } from '../../errors.ts'

/** The members of client metadata that decide whether a client gets refresh tokens. */
export interface RefreshAccess {
  readonly scope?: unknown
  readonly grant_types?: unknown
}

/**
 * Completes the grant types of a client that names none. A client that may ask for `offline_access` may also refresh: the scope
 * without the grant type asks users for something that the client never gets.
 * @param supported the grant types of the server
 * @throws {UsageError} when the grant types that were given contradict the scope that was given
 */
export function withGrantTypes<Given extends RefreshAccess>(given: Given, supported: readonly string[]): Given {
  const asks = typeof given.scope === 'string' ? hasOfflineAccess(given.scope) : undefined
  if (given.grant_types === undefined) {
    const types = ['authorization_code', 'refresh_token'].filter((name) => name !== 'refresh_token' || asks !== false)
    // Without a scope, the server leaves `offline_access` out for a client that has no refresh_token.
    return { ...given, grant_types: types.filter((name) => name !== 'refresh_token' || supported.includes(name)) }
  }
  if (asks === true && !mayRefresh(given)) {
    throw new UsageError(
      'The scope offline_access is for refresh tokens, which the grant types leave out: add --grant-type refresh_token, or leave the scope out.',
    )
  }
  return given
}

/** Returns why a client that was registered gets no refresh tokens though it has one half of what they need, or `undefined`. */
export function refreshProblem({ scope, grant_types }: RefreshAccess): string | undefined {
  const asks = typeof scope === 'string' && hasOfflineAccess(scope)
  const refreshes = mayRefresh({ grant_types })
  if (asks === refreshes) return undefined
  return asks
    ? 'This client gets no refresh tokens for offline_access: the server does not have the grant type refresh_token.'
    : 'This client gets refresh tokens only from a server with refreshTokensWithoutOfflineAccess: its scopes do not have offline_access.'
}

function hasOfflineAccess(scope: string): boolean {
  return scope.split(' ').includes('offline_access')
}

function mayRefresh({ grant_types }: RefreshAccess): boolean {
  return Array.isArray(grant_types) && grant_types.includes('refresh_token')
}
