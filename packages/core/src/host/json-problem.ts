import { kindOf } from './wrong-answer.ts'

/**
 * Why a value would not arrive as it is in JSON, or `undefined` when it would: a `BigInt` and a cycle throw, a function
 * and `NaN` change or vanish without a word. What has a `toJSON` of its own, as a `Date`, is written as that says.
 */
export function jsonProblem(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined
  let problem: string | undefined
  try {
    JSON.stringify(value, (_name, member: unknown) => {
      if (isJson(member)) return member
      problem = kindOf(member)
      throw new TypeError(problem)
    })
    return undefined
  } catch (error) {
    return problem ?? (error instanceof RangeError ? 'nested too deeply' : 'an object that contains itself')
  }
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value !== 'bigint' && typeof value !== 'function' && typeof value !== 'symbol'
}
