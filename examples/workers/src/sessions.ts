import type { SessionStore } from '@oauth/pages'
import type { ObjectStorage } from './env.ts'

/** Keeps the sessions of `cookieSessions` in the database of the object, by the hash of the cookie. */
export interface ObjectSessions extends SessionStore {
  /** Deletes the sessions that have ended. */
  purgeExpired(): void
}

interface SessionRow {
  readonly id: string
  readonly user_id: string
  readonly auth_time: number
  readonly expires_at: number
}

export function createSessionStore({ sql }: ObjectStorage): ObjectSessions {
  sql.exec(`create table if not exists app_sessions (
    cookie_hash text not null primary key, id text not null unique, user_id text not null,
    auth_time integer not null, expires_at integer not null
  ) strict`)
  return {
    insert({ id, cookieHash, userId, authTime, expiresAt }) {
      const insert = 'insert into app_sessions (cookie_hash, id, user_id, auth_time, expires_at) values (?, ?, ?, ?, ?)'
      sql.exec(insert, cookieHash, id, userId, authTime, expiresAt)
    },
    find(cookieHash) {
      const query = 'select id, user_id, auth_time, expires_at from app_sessions where cookie_hash = ?'
      const [row] = sql.exec(query, cookieHash).toArray() as unknown as SessionRow[]
      if (row === undefined) return undefined
      const { id, user_id: userId, auth_time: authTime, expires_at: expiresAt } = row
      return { id, cookieHash, userId, authTime, expiresAt, amr: ['pwd'] }
    },
    deleteByCookie: (cookieHash) => void sql.exec('delete from app_sessions where cookie_hash = ?', cookieHash),
    deleteById: (id) => void sql.exec('delete from app_sessions where id = ?', id),
    purgeExpired: () => void sql.exec('delete from app_sessions where expires_at <= ?', Math.floor(Date.now() / 1000)),
  }
}
