import type { BaseUser, StandardClaims } from '../contracts/host.ts'
import { scopeClaims } from './scope-claims.ts'

/** For each claim the members of a host's user that may hold it: its own name, and the same in camelCase. */
const sources: readonly (readonly [keyof StandardClaims, readonly string[]])[] = Object.values(scopeClaims)
  .flat()
  .map((claim) => [claim, [claim, camelCase(claim), ...(claim === 'picture' ? ['image'] : [])]])

/** The standard claims as far as the user's own members have them with the right type. */
export function defaultUserClaims(user: BaseUser): StandardClaims {
  const claims: Record<string, unknown> = {}
  for (const [claim, names] of sources) {
    for (const name of names) {
      const value = (user as unknown as Record<string, unknown>)[name]
      if (value === undefined || value === null || !hasTypeOf(claim, value)) continue
      claims[claim] = value
      break
    }
  }
  return claims
}

function hasTypeOf(claim: keyof StandardClaims, value: unknown): boolean {
  if (claim === 'updated_at') return Number.isFinite(value)
  if (claim === 'address') return typeof value === 'object' && !Array.isArray(value)
  if (claim === 'email_verified' || claim === 'phone_number_verified') return typeof value === 'boolean'
  return typeof value === 'string'
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
