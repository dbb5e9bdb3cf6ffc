import { isDate } from '../protocol/seconds.ts'

/**
 * The error for an answer of the host's that is not what its type says. It names the member and what is right, and of
 * the value it says only what kind it is: the value may be a secret. The request ends with `server_error`, the event
 * hook or the console gets this message.
 * @param member for instance `authentication.getSession: user.id`
 * @param right completes "must be"
 */
export function wrongAnswer(member: string, right: string, value: unknown): TypeError {
  return new TypeError(`${member} must be ${right}; it is ${kindOf(value)}`)
}

/** What a value is, without the value: `a number`, `an empty string`, `NaN`. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? 'a number' : String(value)
  if (typeof value === 'string') return value === '' ? 'an empty string' : 'a string'
  if (typeof value !== 'object') return `a ${typeof value}`
  if (Array.isArray(value)) return 'an array'
  if (typeof (value as { readonly then?: unknown }).then === 'function') return 'a promise'
  return isDate(value) ? 'a Date' : 'an object'
}

/** An object with members: no array, `Map`, `Date` or promise, whose content would be missed without a word. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false
  return !(Symbol.iterator in value) && !isDate(value) && typeof (value as { then?: unknown }).then !== 'function'
}

/** The longest id that every storage can keep. */
const longestId = 255

/**
 * An id that the host gives: a user's, a session's, a reference.
 * @throws {TypeError} for anything but a string of 1 to 255 characters without NUL
 */
export function requireId(member: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= longestId && !value.includes('\0')) return value
  const hint = typeof value === 'number' || typeof value === 'bigint' ? ' (answer String(id))' : ''
  const kind = typeof value === 'string' && value !== '' ? 'one that is longer, or has a NUL' : kindOf(value)
  throw new TypeError(`${member} must be a string of 1 to ${longestId} characters${hint}; it is ${kind}`)
}
