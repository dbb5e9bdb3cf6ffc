import type { Awaitable } from '@oauth/core'

/** A session as it is stored. */
export interface StoredSession {
  /** The id that the provider knows. It is no secret: with the id alone nobody is signed in. */
  readonly id: string
  /** The hash of the cookie, and of the `baseUrl` of the provider. */
  readonly cookieHash: string
  readonly userId: string
  /** When the user signed in, in seconds since the epoch. */
  readonly authTime: number
  /** The methods of the sign-in (`amr`), for instance `['pwd']`. */
  readonly amr: readonly string[]
  /** In seconds since the epoch. Afterwards the row may be deleted. */
  readonly expiresAt: number
}

/** Where `cookieSessions` keeps sessions: four queries on one table. */
export interface SessionStore {
  insert(session: StoredSession): Awaitable<void>
  /** Finds a session, also one that has expired. */
  find(cookieHash: string): Awaitable<StoredSession | undefined | null>
  /** Deletes the session with this cookie, if there is one. */
  deleteByCookie(cookieHash: string): Awaitable<void>
  /** Deletes the session with this id, if there is one. Where ids are not unique in the store, there may be several. */
  deleteById(id: string): Awaitable<void>
}

/** How many sessions the memory of one process keeps. The oldest ones end first. */
const most = 100_000
/** How many of them one user may have, so that nobody signs everybody out by signing in again and again. */
const mostOfOne = 100

/** Keeps sessions in the memory of this process: a restart signs everybody out, and another process knows none of them. */
export function memorySessionStore(): SessionStore {
  const byCookie = new Map<string, StoredSession>()
  const cookieOf = new Map<string, string>()
  const ofUser = new Map<string, Set<string>>()
  const drop = (cookieHash: string | undefined): void => {
    const session = cookieHash === undefined ? undefined : byCookie.get(cookieHash)
    if (session === undefined) return
    byCookie.delete(session.cookieHash)
    cookieOf.delete(session.id)
    const own = ofUser.get(session.userId)
    own?.delete(session.cookieHash)
    if (own?.size === 0) ofUser.delete(session.userId)
  }
  return {
    insert(session) {
      byCookie.set(session.cookieHash, session)
      cookieOf.set(session.id, session.cookieHash)
      const own = ofUser.get(session.userId) ?? new Set()
      ofUser.set(session.userId, own.add(session.cookieHash))
      if (own.size > mostOfOne) drop(own.values().next().value)
      if (byCookie.size > most) drop(byCookie.keys().next().value)
    },
    find: (cookieHash) => byCookie.get(cookieHash),
    deleteByCookie: drop,
    deleteById: (id) => drop(cookieOf.get(id)),
  }
}
