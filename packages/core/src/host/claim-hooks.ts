import { reservedClaims } from '../claims/reserved.ts'
import type { ClaimHooks, CustomClaims } from '../contracts/hooks.ts'
import type { BaseUser } from '../contracts/host.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import { jsonProblem } from './json-problem.ts'
import { isRecord, wrongAnswer } from './wrong-answer.ts'

type HookName = keyof ClaimHooks<BaseUser>
type Hook<Input> = (input: Input) => Awaitable<CustomClaims | undefined | null>

/**
 * Wraps the claim hooks so that every answer is checked before a code or token is consumed: it must be an object whose
 * members are JSON, `undefined` or `null`. A wrong answer throws a `TypeError` that names the hook and the member.
 */
export function checkedClaimHooks<User extends BaseUser>(given: ClaimHooks<User>): ClaimHooks<User> {
  return Object.freeze({
    ...checked('customAccessTokenClaims', given.customAccessTokenClaims),
    ...checked('customIdTokenClaims', given.customIdTokenClaims),
    ...checked('customUserinfoClaims', given.customUserinfoClaims),
    ...checked('customTokenResponseFields', given.customTokenResponseFields),
  })
}

function checked<Name extends HookName, Input>(
  name: Name,
  hook: Hook<Input> | undefined,
): { readonly [hook in Name]?: Hook<Input> } {
  if (hook === undefined) return {}
  const asked: Hook<Input> = async (input) => requireClaims(name, await hook(input))
  return { [name]: asked } as { readonly [hook in Name]: Hook<Input> }
}

/** Checks the answer of a claim hook. It skips reserved names, which are removed later whatever their value. */
function requireClaims(name: HookName, answer: unknown): CustomClaims | undefined {
  if (answer === undefined || answer === null) return undefined
  if (!isRecord(answer)) throw wrongAnswer(name, 'an object of claims, undefined or null', answer)
  for (const [claim, value] of Object.entries(answer)) {
    if (value === undefined || reservedClaims[name].has(claim)) continue
    const problem = jsonProblem(value)
    if (problem !== undefined) {
      throw new TypeError(`${name}: ${claim} must be a value that JSON can carry; it is or has ${problem}`)
    }
  }
  return answer
}
