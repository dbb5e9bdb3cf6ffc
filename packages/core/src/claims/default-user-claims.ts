import type { Context } from '../contracts/context.ts'
import type { BaseUser, StandardClaims } from '../contracts/host.ts'
import { type CheckedClaim, checkStandardClaim, standardClaims } from './standard-claim.ts'

/** For each claim, the members of a user that may hold it: the name of the claim, and its name in camelCase. */
const sources: readonly (readonly [claim: string, names: readonly string[]])[] = [...standardClaims].map((claim) => [
  claim,
  [...new Set([claim, camelCase(claim), ...(claim === 'picture' ? ['image'] : [])])],
])

/**
 * The default of the option `userClaims`: reads the standard claims from the members of a user. When several
 * members hold one claim, it takes the first of the right type. When none has the right type, it leaves the claim out, with
 * the event that `checkedUserClaims` emits for the answers of the host.
 */
export function defaultUserClaims(ctx: Pick<Context, 'emit'>, user: BaseUser): StandardClaims {
  const claims: Record<string, unknown> = {}
  for (const [claim, names] of sources) {
    const found = readClaim(user as unknown as Record<string, unknown>, claim, names)
    if (found === undefined) continue
    if ('value' in found) claims[claim] = found.value
    else ctx.emit({ type: 'claims.wrong_type_dropped', hook: 'userClaims', claim, expected: found.expected })
  }
  return claims
}

/** Reads one claim from the members that may hold it; `undefined` when none of them has a value. */
function readClaim(
  user: Readonly<Record<string, unknown>>,
  claim: string,
  names: readonly string[],
): CheckedClaim | undefined {
  let wrong: CheckedClaim | undefined
  for (const name of names) {
    const value = user[name]
    if (value === undefined || value === null) continue
    const checked = checkStandardClaim(claim, value)
    if ('value' in checked) return checked
    wrong = checked
  }
  return wrong
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
