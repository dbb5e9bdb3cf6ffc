import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope, registeredScopes, standardScopes } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'

/** Scopes that are about a user. A token without a user cannot have them. */
export const userScopes: ReadonlySet<string> = new Set(standardScopes)

/**
 * Returns the scopes of an authorization request: the requested ones, or the default when `scope` is absent ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}).
 * @param unregistered what becomes of scopes that the client is not registered for: `ignore` leaves them out of an
 * OpenID request ({@link https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section
 * 3.1.2.1}), which is a request for `openid` by a client that may have it. Other requests are refused.
 * @throws {OAuthError} `invalid_scope`
 */
export function requestedScope(
  client: ClientRecord,
  parameter: string | undefined,
  defaults: readonly string[],
  unregistered: 'refuse' | 'ignore' = 'refuse',
): readonly string[] {
  const registered = registeredScope(client)
  if (parameter === undefined) {
    // A client gets no refresh token without asking for one.
    const usual = defaults.length > 0 ? defaults : registered.filter((scope) => scope !== 'offline_access')
    const scope = registered.filter((one) => usual.includes(one))
    if (scope.length === 0) throw new OAuthError('invalid_scope', 'missing scope')
    return scope
  }
  const asked = parse(parameter)
  if (unregistered === 'ignore' && asked.includes('openid') && registered.includes('openid')) {
    return asked.filter((scope) => registered.includes(scope))
  }
  requireRegistered(asked, registered)
  return asked
}

/**
 * Returns the scopes of a token without a user. Each must be registered by the client and allowed to it without a user.
 * @param allowed the scopes that the client may have without a user (`machineAccess`); `undefined` is no limit
 * @throws {OAuthError} `invalid_scope`
 */
export function machineScope(
  client: ClientRecord,
  parameter: string | undefined,
  allowed: readonly string[] | undefined,
): readonly string[] {
  const registered = registeredScope(client)
  if (parameter === undefined) {
    return registered.filter((scope) => !userScopes.has(scope) && (allowed === undefined || allowed.includes(scope)))
  }
  const asked = parse(parameter)
  const forUsers = asked.find((scope) => userScopes.has(scope))
  if (forUsers !== undefined) {
    throw new OAuthError('invalid_scope', `scope ${forUsers} is not allowed for client_credentials`)
  }
  requireRegistered(asked, registered)
  const beyond = allowed === undefined ? undefined : firstScopeOutside(asked, allowed)
  if (beyond === undefined) return asked
  throw new OAuthError('invalid_scope', `scope ${beyond} is not allowed without a user`)
}

/**
 * Returns the scopes of a refreshed token: the requested ones. Each must be in the grant and still registered by the
 * client.
 * @throws {OAuthError} `invalid_scope` ({@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6})
 */
export function refreshedScope(
  client: ClientRecord,
  granted: readonly string[],
  parameter: string | undefined,
): readonly string[] {
  const left = grantedScope(client, granted)
  if (parameter === undefined) return left
  const asked = parse(parameter)
  const outside = firstScopeOutside(asked, granted)
  if (outside !== undefined) {
    throw new OAuthError('invalid_scope', `unable to issue scope ${outside}: the user did not grant it`)
  }
  requireRegistered(asked, registeredScope(client))
  return asked
}

/**
 * Returns the scopes of a grant that its client is still registered for. The server issues only these. A grant may have had
 * no scope from the start, because another parameter said what the client asked for.
 * @throws {OAuthError} `invalid_grant` when no scope is left
 */
export function grantedScope(client: ClientRecord, granted: readonly string[]): readonly string[] {
  const scope = registeredPart(client, granted)
  if (scope.length > 0 || granted.length === 0) return scope
  throw new OAuthError('invalid_grant', 'the client is no longer registered for any scope that was granted')
}

/** Returns those of the given scopes that the client is registered for. */
export function registeredPart(client: ClientRecord, scopes: readonly string[]): readonly string[] {
  const registered = registeredScope(client)
  return scopes.filter((scope) => registered.includes(scope))
}

function requireRegistered(asked: readonly string[], registered: readonly string[]): void {
  const outside = firstScopeOutside(asked, registered)
  if (outside !== undefined) throw new OAuthError('invalid_scope', `Client was not registered with scope ${outside}`)
}

function parse(parameter: string): readonly string[] {
  const scopes = parseScope(parameter)
  if (scopes === undefined) throw new OAuthError('invalid_scope', 'scope has characters that are not allowed')
  if (scopes.length === 0) throw new OAuthError('invalid_scope', 'missing scope')
  return scopes
}

function registeredScope(client: ClientRecord): readonly string[] {
  return registeredScopes(client.metadata)
}
