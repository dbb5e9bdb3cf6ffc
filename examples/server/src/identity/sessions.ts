import { type QueryExecutorProvider, sql } from 'kysely'
import { createCookie } from '../web/cookie.ts'
import { hashToken, nowInSeconds, randomToken } from '../web/opaque.ts'
import type { User, Users } from './users.ts'

const lifetime = 14 * 24 * 3600

export interface Sessions {
  /** Returns the user who is signed in, for `authentication.getSession`. */
  current(request: Request): Promise<SignedIn | undefined>
  /** Signs a user in and ends the earlier session of this browser. Returns a `Set-Cookie` value. */
  start(request: Request, user: User): Promise<string>
  /** Ends a session. Returns a `Set-Cookie` value that removes the cookie. */
  end(sessionId: string): Promise<string>
  purgeExpired(): Promise<void>
}

export interface SignedIn {
  readonly user: User
  readonly session: { readonly id: string; readonly authTime: number; readonly amr: readonly string[] }
}

interface Row {
  readonly id: string
  readonly user_id: string
  /** A text on PostgreSQL, whose driver returns large numbers so. */
  readonly auth_time: number | string
}

/**
 * Keeps sessions in the database. The cookie's value is a secret, and only its hash is stored. The session's id is a
 * different value, because the provider stores it: the id alone must not sign anybody in.
 */
export function createSessions(db: QueryExecutorProvider, users: Pick<Users, 'find'>, baseUrl: string): Sessions {
  const cookie = createCookie('example_id_session', baseUrl)

  return {
    async current(request) {
      const token = cookie.read(request)
      if (token === undefined) return undefined
      const { rows } = await sql<Row>`select id, user_id, auth_time from app_sessions
        where cookie_hash = ${hashToken(token)} and expires_at > ${nowInSeconds()}`.execute(db)
      const row = rows[0]
      const user = row === undefined ? undefined : await users.find(row.user_id)
      if (row === undefined || user === undefined) return undefined
      return { user, session: { id: row.id, authTime: Number(row.auth_time), amr: ['pwd'] } }
    },
    async start(request, user) {
      // Never keep a session from before the sign-in: an attacker may have planted its cookie.
      const previous = cookie.read(request)
      if (previous !== undefined)
        await sql`delete from app_sessions where cookie_hash = ${hashToken(previous)}`.execute(db)
      const token = randomToken()
      const now = nowInSeconds()
      await sql`insert into app_sessions (id, cookie_hash, user_id, auth_time, expires_at)
        values (${randomToken()}, ${hashToken(token)}, ${user.id}, ${now}, ${now + lifetime})`.execute(db)
      return cookie.write(token, lifetime)
    },
    async end(sessionId) {
      await sql`delete from app_sessions where id = ${sessionId}`.execute(db)
      return cookie.clear()
    },
    async purgeExpired() {
      await sql`delete from app_sessions where expires_at <= ${nowInSeconds()}`.execute(db)
    },
  }
}
