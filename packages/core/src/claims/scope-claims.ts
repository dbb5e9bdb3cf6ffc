import type { StandardClaims } from '../contracts/host.ts'

/**
 * The claims that each scope gives ({@link https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID
 * Connect Core section 5.4}).
 */
export const scopeClaims: Readonly<Record<string, readonly (keyof StandardClaims)[]>> = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
}

/** Tells whether a scope gives claims. `openid` and the scopes of an API give none. */
export function hasScopeClaims(scope: string): boolean {
  return Object.hasOwn(scopeClaims, scope)
}

/** Returns the claims that the scopes give. It leaves out claims that are null or an empty string. */
export function claimsForScope(claims: StandardClaims, scope: readonly string[]): Record<string, unknown> {
  const selected: Record<string, unknown> = {}
  for (const name of scope) {
    for (const claim of scopeClaims[name] ?? []) {
      const value = claims[claim]
      if (value !== undefined && value !== null && value !== '') selected[claim] = value
    }
  }
  return selected
}
