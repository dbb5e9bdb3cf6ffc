/** The scopes of OpenID Connect: all of them are about a user ({@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID Connect Core section 5.4}). */
export const standardScopes: readonly string[] = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']

/** The pattern `scope-token` of {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/**
 * Parses a list of scopes that are separated by spaces into the distinct scopes, in their order; `undefined` when a
 * scope has a forbidden character.
 */
export function parseScope(value: string): readonly string[] | undefined {
  const scopes = new Set<string>()
  for (const scope of value.split(' ')) {
    if (scope === '') continue
    if (!scopeToken.test(scope)) return undefined
    scopes.add(scope)
  }
  return [...scopes]
}

/** The scopes of each client's metadata. A request looks at those of its client several times. */
const registered = new WeakMap<object, readonly string[]>()

/** Returns the scopes that a client is registered for: the list in its metadata, frozen. */
export function registeredScopes(metadata: { readonly scope: string }): readonly string[] {
  let scopes = registered.get(metadata)
  if (scopes === undefined) {
    scopes = Object.freeze(parseScope(metadata.scope) ?? [])
    registered.set(metadata, scopes)
  }
  return scopes
}

export function formatScope(scopes: readonly string[]): string {
  return scopes.join(' ')
}

/**
 * Formats the value of a `scope` member. It is `undefined` without scopes, because a `scope` that is present has at
 * least one ({@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}).
 */
export function scopeMember(scopes: readonly string[]): string | undefined {
  return scopes.length === 0 ? undefined : formatScope(scopes)
}

/** Returns the first scope of `wanted` that is not in `granted`. */
export function firstScopeOutside(wanted: readonly string[], granted: readonly string[]): string | undefined {
  return wanted.find((scope) => !granted.includes(scope))
}
