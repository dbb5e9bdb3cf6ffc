import { checkStandardClaim, standardClaims } from '../claims/standard-claim.ts'
import type { OAuthEvent } from '../contracts/events.ts'
import type { StandardClaims } from '../contracts/host.ts'
import { jsonProblem } from './json-problem.ts'
import { isRecord, wrongAnswer } from './wrong-answer.ts'

/**
 * The option `userClaims`, with its answer checked: a claim of the wrong type is left out with an event that says what
 * is right, and an answer that is no object at all throws a `TypeError`. Null is no claim.
 */
export function checkedUserClaims<User>(
  claimsOf: (user: User) => StandardClaims,
  emit: (event: OAuthEvent) => void,
): (user: User) => StandardClaims {
  return (user) => {
    const given: unknown = claimsOf(user)
    if (!isRecord(given)) throw wrongAnswer('userClaims', 'an object of claims, and no promise', given)
    const claims: Record<string, unknown> = {}
    for (const name of standardClaims) {
      const value = given[name]
      if (value === undefined || value === null) continue
      const checked = checkStandardClaim(name, value)
      if ('value' in checked) claims[name] = checked.value
      else emit({ type: 'claims.wrong_type_dropped', hook: 'userClaims', claim: name, expected: checked.expected })
    }
    for (const [name, value] of Object.entries(given)) {
      if (standardClaims.has(name) || name === '__proto__' || typeof value === 'function') continue
      if (value === undefined || value === null) continue
      if (jsonProblem(value) === undefined) claims[name] = value
      else emit({ type: 'claims.wrong_type_dropped', hook: 'userClaims', claim: name, expected: 'a value of JSON' })
    }
    return claims
  }
}
