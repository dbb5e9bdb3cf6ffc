import type { Database } from '../database.ts'
import { createCookie } from '../web/cookie.ts'
import { hashToken, nowInSeconds, randomToken } from '../web/opaque.ts'
import type { User, Users } from './users.ts'

const lifetime = 14 * 24 * 3600

export interface Sessions {
  /** Returns the user who is signed in, for `authentication.getSession`. */
  current(request: Request): SignedIn | undefined
  /** Signs a user in and ends the earlier session of this browser. Returns a `Set-Cookie` value. */
  start(request: Request, user: User): string
  /** Ends a session. Returns a `Set-Cookie` value that removes the cookie. */
  end(sessionId: string): string
  purgeExpired(): void
}

export interface SignedIn {
  readonly user: User
  readonly session: { readonly id: string; readonly authTime: number; readonly amr: readonly string[] }
}

interface Row {
  readonly id: string
  readonly user_id: string
  readonly auth_time: number
}

/**
 * Keeps sessions in the database. The cookie's value is a secret, and only its hash is stored. The session's id is a
 * different value, because the provider stores it: the id alone must not sign anybody in.
 */
export function createSessions(database: Database, users: Users, baseUrl: string): Sessions {
  const cookie = createCookie('example_id_session', baseUrl)
  const find = database.prepare<[string, number], Row>(
    'select id, user_id, auth_time from app_sessions where cookie_hash = ? and expires_at > ?',
  )
  const insert = database.prepare<[string, string, string, number, number]>(
    'insert into app_sessions (id, cookie_hash, user_id, auth_time, expires_at) values (?, ?, ?, ?, ?)',
  )
  const removeByCookie = database.prepare<[string]>('delete from app_sessions where cookie_hash = ?')
  const removeById = database.prepare<[string]>('delete from app_sessions where id = ?')
  const removeExpired = database.prepare<[number]>('delete from app_sessions where expires_at <= ?')

  return {
    current(request) {
      const token = cookie.read(request)
      const row = token === undefined ? undefined : find.get(hashToken(token), nowInSeconds())
      const user = row === undefined ? undefined : users.find(row.user_id)
      if (row === undefined || user === undefined) return undefined
      return { user, session: { id: row.id, authTime: row.auth_time, amr: ['pwd'] } }
    },
    start(request, user) {
      // Never keep a session from before the sign-in: an attacker may have planted its cookie.
      const previous = cookie.read(request)
      if (previous !== undefined) removeByCookie.run(hashToken(previous))
      const token = randomToken()
      const now = nowInSeconds()
      insert.run(randomToken(), hashToken(token), user.id, now, now + lifetime)
      return cookie.write(token, lifetime)
    },
    end(sessionId) {
      removeById.run(sessionId)
      return cookie.clear()
    },
    purgeExpired: () => void removeExpired.run(nowInSeconds()),
  }
}
