import { ResourceError } from './errors.ts'

/** Parses the scopes of a `scope` claim or parameter ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}). */
export function parseScope(scope: unknown): readonly string[] {
  return typeof scope === 'string' ? [...new Set(scope.split(' ').filter((token) => token !== ''))] : []
}

/**
 * Checks the option `scopes`: a text would be taken for a list of its letters, which no token has.
 * @throws {TypeError} when it is neither absent nor a list of scopes
 */
export function checkScopes(scopes: unknown): void {
  if (scopes === undefined || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string'))) return
  throw new TypeError("scopes: must be a list of scopes, for instance ['notes:read']")
}

/**
 * Checks that a token has all these scopes.
 * @throws {ResourceError} `insufficient_scope`, which tells the client which scopes to request
 */
export function requireScopes(token: { readonly scopes: readonly string[] }, scopes: readonly string[]): void {
  if (scopes.every((scope) => token.scopes.includes(scope))) return
  throw new ResourceError('insufficient_scope', { description: 'the access token lacks a scope', scopes })
}
