import { checkStandardClaim, standardClaims } from '../claims/standard-claim.ts'
import type { Context } from '../contracts/context.ts'
import type { StandardClaims } from '../contracts/host.ts'
import { jsonProblem } from './json-problem.ts'
import { isRecord, wrongAnswer } from './wrong-answer.ts'

/**
 * Wraps the option `userClaims` so that its answer is checked. It leaves out a claim of the wrong type, with an event
 * that names the right type. An answer that is no object throws a `TypeError`. A claim that is null is absent.
 */
export function checkedUserClaims<User>(
  claimsOf: (user: User) => StandardClaims,
): (ctx: Pick<Context, 'emit'>, user: User) => StandardClaims {
  return (ctx, user) => {
    const given: unknown = claimsOf(user)
    if (!isRecord(given)) throw wrongAnswer('userClaims', 'an object of claims, and no promise', given)
    const claims: Record<string, unknown> = {}
    for (const name of standardClaims) {
      const value = given[name]
      if (value === undefined || value === null) continue
      const checked = checkStandardClaim(name, value)
      if ('value' in checked) claims[name] = checked.value
      else ctx.emit({ type: 'claims.wrong_type_dropped', hook: 'userClaims', claim: name, expected: checked.expected })
    }
    for (const [name, value] of Object.entries(given)) {
      if (standardClaims.has(name) || name === '__proto__' || typeof value === 'function') continue
      if (value === undefined || value === null) continue
      if (jsonProblem(value) === undefined) claims[name] = value
      else ctx.emit({ type: 'claims.wrong_type_dropped', hook: 'userClaims', claim: name, expected: 'a value of JSON' })
    }
    return claims
  }
}
