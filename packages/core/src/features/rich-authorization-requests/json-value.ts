import { isJsonObject } from '../../http/json-object.ts'

/** Whether two JSON values are the same. The order of the members of an object does not count; strings are compared exactly. */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => isSameJson(value, other[index]))
  }
  if (isPlainObject(one) && isPlainObject(other)) {
    const [ones, others] = [Object.keys(one), Object.keys(other)]
    return (
      ones.length === others.length &&
      ones.every((key) => Object.hasOwn(other, key) && isSameJson(one[key], other[key]))
    )
  }
  return one === other
}

/** Returns the path of the first member in `sent` that `kept` has not, like `amount.currency`; `undefined` when it has all. */
export function droppedMember(sent: unknown, kept: unknown, path = ''): string | undefined {
  if (!isJsonObject(sent) && !Array.isArray(sent)) return undefined
  if (typeof kept !== 'object' || kept === null) return undefined
  for (const [key, value] of Object.entries(sent)) {
    const here = path === '' ? key : `${path}.${key}`
    if (!Object.hasOwn(kept, key)) return here
    const dropped = droppedMember(value, (kept as Readonly<Record<string, unknown>>)[key], here)
    if (dropped !== undefined) return dropped
  }
  return undefined
}

/** Returns the value as JSON, without members that are `undefined`; `undefined` when it is no JSON value. */
export function asJson(value: unknown): { readonly json: unknown } | undefined {
  try {
    const json: unknown = JSON.parse(JSON.stringify(value))
    return isSameJson(withoutUndefined(value), json) ? { json } : undefined
  } catch {
    return undefined
  }
}

/**
 * Returns what cannot be kept of a value that `JSON.parse` has made, or that a host has answered: text that databases refuse,
 * a number that is not exact, and a name that changes what an object is. `undefined` when all of it can be kept.
 */
export function jsonProblem(value: unknown): string | undefined {
  if (typeof value === 'string') return textProblem(value)
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  )
    return 'has a number that is too large: send it as a string'
  if (typeof value !== 'object' || value === null) return undefined
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') return 'has the member __proto__'
    const problem = textProblem(key) ?? jsonProblem(member)
    if (problem !== undefined) return problem
  }
  return undefined
}

function textProblem(text: string): string | undefined {
  return text.includes('\0') || /\p{Surrogate}/u.test(text) ? 'has text that is not Unicode or contains NUL' : undefined
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (!isPlainObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, withoutUndefined(member)]])),
  )
}
