import type { BaseUser, SignedIn } from '@oauth/core'
import type { SignUpProblems } from './options.ts'

/**
 * Checks a user that a function of the host has answered. A text or a promise in its place would sign in nobody knows whom.
 * @param member for instance `users.authenticate`
 * @throws {TypeError} that names the function and says what to answer
 */
export function checkUser(member: string, answer: unknown): BaseUser | undefined {
  if (answer === undefined || answer === null) return undefined
  const { id } = Object(answer) as { readonly id?: unknown }
  if (typeof answer === 'object' && typeof id === 'string' && id !== '' && id.length <= 255) return answer as BaseUser
  throw new TypeError(`${member} must answer with a user, an object with an id of 1 to 255 characters, or undefined`)
}

/** @throws {TypeError} */
export function checkSignedIn(answer: unknown): SignedIn<BaseUser> | undefined {
  if (answer === undefined || answer === null || answer === false) return undefined
  const { user, session } = Object(answer) as { readonly user?: unknown; readonly session?: { readonly id?: unknown } }
  if (checkUser('sessions.getSession: user', user) === undefined || typeof session?.id !== 'string') {
    throw new TypeError('sessions.getSession must answer with { user, session }, or undefined')
  }
  return answer as SignedIn<BaseUser>
}

/** Tells the answer of `signUp` apart: an account, problems, or an address that is taken. @throws {TypeError} */
export function checkSignUp(answer: unknown): BaseUser | SignUpProblems | undefined {
  if (typeof answer !== 'object' || answer === null || !('problems' in answer)) {
    return checkUser('users.signUp', answer)
  }
  const { problems } = answer as { readonly problems: unknown }
  const texts = Object.values(Object(problems)).filter((text) => text !== undefined)
  if (texts.length > 0 && texts.every((text) => typeof text === 'string' && text !== ''))
    return answer as SignUpProblems
  throw new TypeError('users.signUp: problems must have at least one text, for name, email, password or form')
}

/** A name, an equals sign, and no character that could begin another header. */
const setCookie = /^[^\s=;]+=[\x20-\x7e]*$/

/** @throws {TypeError} for anything but values of `Set-Cookie` headers */
export function checkCookies(member: string, answer: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(answer) ? answer : [answer]
  if (values.every((value) => typeof value === 'string' && setCookie.test(value))) return values as readonly string[]
  throw new TypeError(`${member} must answer with the value of a Set-Cookie header, or a list of them`)
}
