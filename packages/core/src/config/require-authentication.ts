import { nearestName } from '../protocol/nearest.ts'

const session = 'getSession(request), which answers { user, session } of who is signed in, or undefined'
const user = 'getUser(id), which answers the user with this id, or undefined'
const required = ['getSession', 'getUser']

/**
 * Checks the option `authentication`. Objects of the host may have members of their own, so another name is wrong only where
 * it stands for a function that is missing.
 * @throws {TypeError} that names the function that is missing or misspelt, and says what to pass
 */
export function requireAuthentication(value: unknown): void {
  if (typeof value === 'function')
    throw new TypeError('option authentication: is a function: call it, or pass its answer')
  const given = typeof value === 'object' && value !== null ? value : {}
  const missing = required.filter((name) => !isFunction(given, name))
  for (const name of namesOf(given)) {
    const meant = meantBy(name, given, missing)
    if (meant === undefined || !isFunction(given, name)) continue
    throw new TypeError(`option authentication: ${name} is not known; did you mean ${meant}?`)
  }
  if (missing.length === 2) throw new TypeError(`option authentication: must have ${session}, and ${user}`)
  if (missing.includes('getSession')) throw new TypeError(`option authentication: must have the function ${session}`)
  if (missing.includes('getUser')) throw new TypeError(`option authentication: must have the function ${user}`)
}

/** Returns the missing function that a member was probably meant to be. `endSession` is missed by nobody, so only its capitals count. */
function meantBy(name: string, given: object, missing: readonly string[]): string | undefined {
  if (required.includes(name) || name === 'endSession') return undefined
  const isEnd = name.replaceAll('_', '').toLowerCase() === 'endsession'
  return isEnd && !isFunction(given, 'endSession') ? 'endSession' : nearestName(name, missing)
}

function isFunction(given: object, name: string): boolean {
  return typeof (given as Readonly<Record<string, unknown>>)[name] === 'function'
}

/** The names of all members, with those of a class. */
function namesOf(given: object): readonly string[] {
  const names: string[] = []
  for (let at: object | null = given; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at).filter((name) => name !== 'constructor'))
  }
  return names
}
