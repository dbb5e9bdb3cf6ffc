import { kindOf } from './wrong-answer.ts'

/**
 * Tells why JSON cannot carry a value unchanged; `undefined` when it can. `JSON.stringify` throws for a `BigInt` and a
 * cycle, and silently changes or drops `NaN` and functions. A value with `toJSON`, as a `Date`, is allowed.
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
