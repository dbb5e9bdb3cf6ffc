import type { BaseUser, StandardClaims } from '../contracts/host.ts'
import { checkStandardClaim, standardClaims } from './standard-claim.ts'

/** For each claim, the members of a user that may hold it: the name of the claim, and its name in camelCase. */
const sources: readonly (readonly [claim: string, names: readonly string[]])[] = [...standardClaims].map((claim) => [
  claim,
  [...new Set([claim, camelCase(claim), ...(claim === 'picture' ? ['image'] : [])])],
])

/**
 * Reads the standard claims from the members of a user. When several members hold one claim, it takes the first of the
 * right type. When none has the right type, it takes the first, and `checkedUserClaims` reports what is wrong with it.
 */
export function defaultUserClaims(user: BaseUser): StandardClaims {
  const claims: Record<string, unknown> = {}
  for (const [claim, names] of sources) {
    for (const name of names) {
      const value = (user as unknown as Record<string, unknown>)[name]
      if (value === undefined || value === null) continue
      const isRight = 'value' in checkStandardClaim(claim, value)
      if (isRight || claims[claim] === undefined) claims[claim] = value
      if (isRight) break
    }
  }
  return claims
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
