import { isDate } from '../protocol/seconds.ts'
import { canBeId, longestId } from '../storage/stored-id.ts'

/**
 * Makes the error for an answer of the application that is not what its type says. It names the member, the right type
 * and the type of the value, but not the value, which may be a secret. The request ends with `server_error`; the event
 * hook or the console gets the message.
 * @param member for instance `authentication.getSession: user.id`
 * @param right completes "must be"
 */
export function wrongAnswer(member: string, right: string, value: unknown): TypeError {
  return new TypeError(`${member} must be ${right}; it is ${kindOf(value)}`)
}

/** Describes the type of a value without the value: `a number`, `an empty string`, `NaN`. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value)
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string'
  if (typeof value !== 'object') return `a ${typeof value}`
  if (Array.isArray(value)) return 'an array'
  if (typeof (value as { readonly then?: unknown }).then === 'function') return 'a promise'
  return isDate(value) ? 'a Date' : 'an object'
}

/**
 * Tells whether a value is an object with members. An array, `Map`, `Date` or promise is not: its content would be lost
 * silently.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  return !(Symbol.iterator in value) && !isDate(value) && typeof (value as { then?: unknown }).then !== 'function'
}

/**
 * Checks an id that the application answers, of a user, a session or a reference, and returns it.
 * @param longest how many characters the storage can store
 * @throws {TypeError} for anything but a string of 1 to `longest` characters without NUL
 */
export function requireId(member: string, value: unknown, longest: number = longestId): string {
  if (typeof value === 'string' && canBeId(value, longest)) return value
  const hint = typeof value === 'number' || typeof value === 'bigint' ? ' (answer String(id))' : ''
  const kind = typeof value === 'string' && value !== '' ? 'one that is longer, or has a NUL' : kindOf(value)
  throw new TypeError(`${member} must be a string of 1 to ${longest} characters${hint}; it is ${kind}`)
}
