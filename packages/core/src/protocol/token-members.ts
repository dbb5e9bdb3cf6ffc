/** Members of access tokens, introspection answers and token answers that the core says by itself. */
export const coreTokenMembers: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'azp', 'client_id', 'sid', 'scope', 'cnf'],
  ...['auth_time', 'acr', 'amr', 'active', 'username'],
  ...['access_token', 'token_type', 'expires_in', 'refresh_token', 'id_token', 'error', 'error_description'],
  // These change how what we build is read or written, and say nothing.
  ...['__proto__', 'toJSON'],
])

/**
 * Members that limit what a grant or a token is good for, and that a feature brings. A process without the feature must not
 * use the grant or token as if it had no such limit. `act`: not the user, but somebody who acts for the user.
 */
export const limitingMembers: readonly string[] = ['authorization_details', 'act']
