import type { Context } from '../contracts/context.ts'
import type { ClaimHooks, CustomClaims } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'

/** Claims that no hook may set in any token, because the server controls them. */
const always = [
  ...['iss', 'sub', 'aud', 'exp', 'iat', 'nbf', 'jti', 'azp', 'client_id', 'sid', 'scope', 'cnf', 'act', 'may_act'],
  ...['auth_time', 'acr', 'amr', 'nonce', 'at_hash', 'c_hash', 's_hash'],
  // These are no claims: they would change how the object is read or written.
  ...['__proto__', 'toJSON'],
]

type ClaimHook = keyof ClaimHooks<BaseUser>

/** The names that each hook may not set. */
export const reservedClaims: Readonly<Record<ClaimHook, ReadonlySet<string>>> = {
  customAccessTokenClaims: new Set([...always, 'token_type', 'active', 'username']),
  customIdTokenClaims: new Set([...always, 'events', 'sub_jwk']),
  customUserinfoClaims: new Set(always),
  customTokenResponseFields: new Set([
    ...always,
    ...['access_token', 'token_type', 'expires_in', 'expires_at', 'refresh_token', 'id_token', 'issued_token_type'],
    ...['authorization_details', 'error', 'error_description', 'error_uri'],
  ]),
}

/** Removes reserved names from the answer of a hook, and emits an event when it removed one. */
export function withoutReserved(ctx: Context, hook: ClaimHook, claims: CustomClaims | undefined | null): CustomClaims {
  if (claims === undefined || claims === null) return {}
  const reserved = reservedClaims[hook]
  const dropped: string[] = []
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(claims)) {
    if (reserved.has(name) || isOfFeature(ctx, hook, name)) dropped.push(name)
    else if (value !== undefined && typeof value !== 'function') kept[name] = value
  }
  if (dropped.length > 0) ctx.emit({ type: 'claims.reserved_name_dropped', hook, names: dropped })
  return kept
}

/** Whether a feature says this member of access tokens and token answers. */
function isOfFeature({ registry }: Context, hook: ClaimHook, name: string): boolean {
  return registry.tokenMembers.has(name) && (hook === 'customAccessTokenClaims' || hook === 'customTokenResponseFields')
}
