import type { SignedIn } from '@oauth/core'
import { parse, serialize } from 'hono/utils/cookie'
import { findUser, sha256, type User } from './account.ts'
import type { ObjectStorage } from './env.ts'

const lifetime = 12 * 3600

export interface Sessions {
  /** Returns the user who is signed in, for `authentication.getSession`. */
  current(request: Request): Promise<SignedIn<User> | undefined>
  /** Signs a user in and ends the earlier session of this browser. Returns a `Set-Cookie` value. */
  start(request: Request, user: User): Promise<string>
  /** Ends a session by its id. The id is not a secret, unlike the value of the cookie. */
  end(id: string): void
  /** Deletes the sessions that have ended. */
  purgeExpired(): void
}

interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly auth_time: number
}

/** Keeps sessions in the database of the object, by the hash of the cookie's value. */
export function createSessions(baseUrl: string, { sql }: ObjectStorage): Sessions {
  const secure = baseUrl.startsWith('https:')
  const name = secure ? '__Host-session' : 'session'
  sql.exec(`create table if not exists app_sessions (
    cookie_hash text not null primary key, id text not null unique, user_id text not null,
    auth_time integer not null, expires_at integer not null
  ) strict`)

  const keyOf = async (request: Request): Promise<string> => {
    const value = parse(request.headers.get('cookie') ?? '', name)[name]
    return value === undefined ? '' : sha256(value)
  }

  return {
    async current(request) {
      const query = 'select id, user_id, auth_time from app_sessions where cookie_hash = ? and expires_at > ?'
      const [row] = sql.exec(query, await keyOf(request), now()).toArray() as unknown as SessionRow[]
      const user = row && findUser(row.user_id)
      return row && user && { user, session: { id: row.id, authTime: row.auth_time, amr: ['pwd'] } }
    },
    async start(request, user) {
      // Never keep the session from before the sign-in: an attacker may have planted its cookie.
      sql.exec('delete from app_sessions where cookie_hash = ?', await keyOf(request))
      const value = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('')
      const insert = 'insert into app_sessions (cookie_hash, id, user_id, auth_time, expires_at) values (?, ?, ?, ?, ?)'
      sql.exec(insert, await sha256(value), crypto.randomUUID(), user.id, now(), now() + lifetime)
      return serialize(name, value, { path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge: lifetime })
    },
    end: (id) => void sql.exec('delete from app_sessions where id = ?', id),
    purgeExpired: () => void sql.exec('delete from app_sessions where expires_at <= ?', now()),
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
