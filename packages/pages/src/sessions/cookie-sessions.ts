import type { Awaitable, BaseUser, SignedIn } from '@oauth/core'
import { createCookie } from '../http/cookie.ts'
import { hash, randomText } from '../http/random.ts'
import type { SignInFacts } from '../options.ts'
import { memorySessionStore, type SessionStore, type StoredSession } from './session-store.ts'

export interface CookieSessionOptions<User extends BaseUser> {
  /** The `baseUrl` of the provider. With https, the cookie is `Secure`. */
  readonly baseUrl: string
  /** Finds a user. The session of a user who is gone counts no more. */
  readonly getUser: (id: string) => Awaitable<User | undefined | null>
  /** Where the sessions are kept. Default: in the memory of this process, until it ends. */
  readonly store?: SessionStore | undefined
  /** How long a session lives. Default two weeks. */
  readonly lifetimeSeconds?: number | undefined
  /** The name of the cookie; with https it gets the prefix `__Host-`. Default `session`. */
  readonly cookieName?: string | undefined
}

/** Sessions for the provider (`authentication`) and for the pages (`sessions`). */
export interface CookieSessions<User extends BaseUser> {
  getSession(request: Request): Promise<SignedIn<User> | undefined>
  getUser(id: string): Awaitable<User | undefined | null>
  /** Ends a session by its id, for the provider. */
  endSession(id: string): Promise<void>
  /**
   * Signs a user in with a new cookie, and ends the session that this browser had. If that was the user's own, the new one has
   * its id: what clients got in it ends with the new one. Returns a `Set-Cookie` value.
   */
  start(user: User, request: Request, facts?: SignInFacts): Promise<string>
  /** Ends the session of this browser. Returns a `Set-Cookie` value. */
  end(request: Request): Promise<string>
}

const twoWeeks = 14 * 24 * 3600
const valuePattern = /^[\w-]{43}$/

/**
 * Sessions for an application that has none yet: a random cookie, of which only the hash is stored. Pass the result as
 * `authentication` to `createProvider` and as `sessions` to `createPages`.
 * @throws {TypeError} when an option is unknown, missing or wrong; the message names it
 * @example
 * ```ts
 * const sessions = cookieSessions({ baseUrl, getUser: (id) => users.find(id) })
 * const provider = createProvider({ baseUrl, authentication: sessions, ...pageUrls(), ... })
 * ```
 */
export function cookieSessions<User extends BaseUser>({
  baseUrl,
  getUser,
  store = memorySessionStore(),
  lifetimeSeconds = twoWeeks,
  cookieName = 'session',
  ...others
}: CookieSessionOptions<User>): CookieSessions<User> {
  // A misspelt `store` would otherwise keep the sessions in memory without a sign.
  for (const name of Object.keys(others)) throw new TypeError(`cookieSessions: there is no option ${name}`)
  if (typeof getUser !== 'function') {
    throw new TypeError('cookieSessions: getUser must be a function that returns the user with an id')
  }
  if (!URL.canParse(baseUrl)) throw new TypeError('cookieSessions: baseUrl must be the URL of the provider')
  if (!Number.isSafeInteger(lifetimeSeconds) || lifetimeSeconds < 1) {
    throw new TypeError('cookieSessions: lifetimeSeconds must be a whole number above 0')
  }
  if (!/^[\w-]+$/.test(cookieName)) throw new TypeError('cookieSessions: cookieName must be letters, digits, - and _')
  const { href, protocol } = new URL(baseUrl)
  const cookie = createCookie(cookieName, protocol === 'https:')
  // With the URL, so that in a store which several providers share, a session of one is none of another: their users may have
  // the same ids.
  const hashOf = (value: string): Promise<string> => hash(`${value} ${href}`)
  const cookieHash = async (request: Request): Promise<string | undefined> => {
    const value = cookie.read(request)
    return value !== undefined && valuePattern.test(value) ? hashOf(value) : undefined
  }
  const endOf = async (request: Request): Promise<void> => {
    const known = await cookieHash(request)
    if (known !== undefined) await store.deleteByCookie(known)
  }

  return {
    getUser,
    async getSession(request) {
      const known = await cookieHash(request)
      const row = known === undefined ? undefined : await store.find(known)
      if (row === undefined || row === null || row.expiresAt <= now()) return undefined
      const user = await getUser(row.userId)
      if (user === undefined || user === null) return undefined
      return { user, session: { id: row.id, authTime: row.authTime, amr: row.amr } }
    },
    async start(user, request, { amr = ['pwd'] } = {}) {
      // Never keep a session from before the sign-in: an attacker may have planted its cookie.
      const known = await cookieHash(request)
      const before = known === undefined ? undefined : await store.find(known)
      if (known !== undefined) await store.deleteByCookie(known)
      const value = randomText()
      const authTime = now()
      const expiresAt = authTime + lifetimeSeconds
      const session = { cookieHash: await hashOf(value), userId: user.id, authTime, amr, expiresAt }
      const renewed =
        before !== undefined && before !== null && isRenewed(before, user, authTime) ? before.id : undefined
      try {
        await store.insert({ ...session, id: renewed ?? randomText() })
      } catch (error) {
        if (renewed === undefined) throw error
        // The form was sent twice, and the other sign-in has taken the id.
        await store.insert({ ...session, id: randomText() })
      }
      return cookie.write(value, lifetimeSeconds)
    },
    async end(request) {
      await endOf(request)
      return cookie.clear()
    },
    async endSession(id) {
      await store.deleteById(id)
    },
  }
}

/**
 * Whether a sign-in renews a session. Within the second of the sign-in before it needs a new id: that, or a newer time, tells the
 * provider that the user has signed in again.
 */
function isRenewed({ userId, authTime, expiresAt }: StoredSession, user: BaseUser, at: number): boolean {
  return userId === user.id && authTime < at && at < expiresAt
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
