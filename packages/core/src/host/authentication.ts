import type { Clock } from '../contracts/clock.ts'
import type { Authentication, BaseUser, Session, SignedIn } from '../contracts/host.ts'
import { secondsOf } from '../protocol/seconds.ts'
import { whenKnown } from '../storage/awaitable.ts'
import { isRecord, requireId, wrongAnswer } from './wrong-answer.ts'

const sessionMember = 'authentication.getSession'

/** What the answers are checked by. */
interface Facts {
  readonly clock: Clock
  readonly longestId: number | undefined
}

/** By how many seconds the clock of the machine that made a session may be ahead of the clock of this one. */
const aheadSeconds = 30

/**
 * Wraps the option `authentication` so that every answer is checked. A wrong answer throws a `TypeError` that names the
 * member. No client can cause it, so the request ends with `server_error`.
 * @param longestId how many characters an id may have. Default: 255.
 */
export function checkedAuthentication<User extends BaseUser>(
  given: Authentication<User>,
  clock: Clock,
  longestId?: number,
): Authentication<User> {
  const facts: Facts = { clock, longestId }
  if (given.endSession !== undefined && typeof given.endSession !== 'function') {
    throw new TypeError('option authentication: endSession must be a function')
  }
  return Object.freeze<Authentication<User>>({
    getSession: (request) => whenKnown(given.getSession(request), (answer) => signedIn<User>(answer, facts)),
    getUser: (id) => whenKnown(given.getUser(id), (answer) => userOf<User>(answer, id, facts)),
    ...(given.endSession !== undefined && {
      async endSession(sessionId: string) {
        await given.endSession?.(sessionId)
      },
    }),
  })
}

/**
 * Checks the answer of `getSession`. The user stays the same object; the session becomes a copy with its times in
 * seconds.
 */
function signedIn<User extends BaseUser>(answer: unknown, facts: Facts): SignedIn<User> | undefined {
  if (isNobody(answer)) return undefined
  if (!isRecord(answer)) throw wrongAnswer(sessionMember, '{ user, session }, or undefined', answer)
  const { user, session } = answer
  requireUser(sessionMember, user, facts)
  if (!isRecord(session)) throw wrongAnswer(`${sessionMember}: session`, '{ id, authTime }', session)
  return { ...answer, user: user as unknown as User, session: sessionOf(session, facts) }
}

function sessionOf(session: Readonly<Record<string, unknown>>, { clock, longestId }: Facts): Session {
  const { acr, amr } = session
  if (!isAbsent(acr) && (typeof acr !== 'string' || acr === '')) {
    throw wrongAnswer(`${sessionMember}: session.acr`, 'a string, or undefined', acr)
  }
  if (!isAbsent(amr) && !(Array.isArray(amr) && amr.every((method) => typeof method === 'string' && method !== ''))) {
    throw wrongAnswer(`${sessionMember}: session.amr`, "an array of strings, for instance ['pwd'], or undefined", amr)
  }
  return Object.assign({}, session, {
    id: requireId(`${sessionMember}: session.id`, session.id, longestId),
    authTime: authTimeOf(session.authTime, clock),
    acr: (acr as string | null | undefined) ?? undefined,
    amr: (amr as readonly string[] | null | undefined) ?? undefined,
  })
}

/**
 * Checks `session.authTime`, on which `max_age` and `auth_time` depend: a time that is missing or in the future would
 * satisfy every demand for ever.
 */
function authTimeOf(value: unknown, clock: Clock): number {
  const seconds = secondsOf(value)
  if (Number.isNaN(seconds) || seconds < 0) {
    throw wrongAnswer(`${sessionMember}: session.authTime`, 'the seconds since the epoch, as a number', value)
  }
  if (seconds <= clock.now() + aheadSeconds) return seconds
  throw new TypeError(`${sessionMember}: session.authTime must be in the past; it is ${seconds}`)
}

/**
 * Checks the answer of `getUser`. With another user than the requested one, a client would get the claims of the wrong
 * person.
 */
function userOf<User extends BaseUser>(answer: unknown, id: string, facts: Facts): User | undefined {
  if (isNobody(answer)) return undefined
  requireUser('authentication.getUser', answer, facts)
  if (answer.id === id) return answer as unknown as User
  throw new TypeError(
    'authentication.getUser must answer with the user of the id that it was given; it is another user',
  )
}

function requireUser(
  member: string,
  user: unknown,
  { longestId }: Facts,
): asserts user is Readonly<Record<string, unknown>> & { readonly id: string } {
  if (!isRecord(user)) throw wrongAnswer(`${member}: user`, 'an object with an id', user)
  requireId(`${member}: user.id`, user.id, longestId)
}

function isNobody(answer: unknown): boolean {
  return answer === undefined || answer === null || answer === false
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null
}
