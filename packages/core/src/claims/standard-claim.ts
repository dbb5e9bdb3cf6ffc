import type { StandardClaims } from '../contracts/host.ts'
import { isDate, secondsOf } from '../protocol/seconds.ts'
import { scopeClaims } from './scope-claims.ts'

/** The claims of OpenID Connect Core section 5.1 that scopes bring. */
export const standardClaims: ReadonlySet<string> = new Set(Object.values(scopeClaims).flat())

/** The value of a claim as it may be sent, or a text that says of what type it must be. */
export type CheckedClaim = { readonly value: unknown } | { readonly expected: string }

/**
 * Converts the value of a standard claim to the type that
 * {@link https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims OpenID Connect Core section 5.1} defines.
 * It converts values that can mean only one thing: a `Date` or milliseconds for `updated_at`, and 1 and 0 from a
 * database for a boolean.
 */
export function checkStandardClaim(name: string, value: unknown): CheckedClaim {
  switch (name as keyof StandardClaims) {
    case 'updated_at': {
      const seconds = secondsOf(value)
      return Number.isNaN(seconds) ? { expected: 'seconds since the epoch, as a number' } : { value: seconds }
    }
    case 'email_verified':
    case 'phone_number_verified':
      if (value === 1 || value === 0) return { value: value === 1 }
      return typeof value === 'boolean' ? { value } : { expected: 'true or false' }
    case 'address':
      return checkAddress(value)
    default:
      return typeof value === 'string' ? { value } : { expected: 'a string' }
  }
}

/**
 * Checks the `address` claim ({@link https://openid.net/specs/openid-connect-core-1_0.html#AddressClaim OpenID Connect
 * Core section 5.1.1}).
 */
function checkAddress(value: unknown): CheckedClaim {
  const expected = 'an object whose members are strings'
  if (typeof value !== 'object' || value === null || Symbol.iterator in value || isDate(value)) return { expected }
  const members = Object.entries(value).filter(([, member]) => member !== undefined && member !== null)
  if (members.some(([, member]) => typeof member !== 'string')) return { expected }
  return { value: Object.fromEntries(members) }
}
