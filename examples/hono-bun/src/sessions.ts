import type { SessionStore } from '@oauth/pages'
import type { Kysely } from 'kysely'
import type { Tables } from './database.ts'

/** Keeps the sessions of `cookieSessions` in the database, by the hash of the cookie. */
export interface DatabaseSessions extends SessionStore {
  purgeExpired(): Promise<void>
}

export function createSessionStore(db: Kysely<Tables>): DatabaseSessions {
  return {
    async insert({ id, cookieHash, userId, authTime, expiresAt }) {
      const row = { id, cookie_hash: cookieHash, user_id: userId, auth_time: authTime, expires_at: expiresAt }
      await db.insertInto('app_sessions').values(row).execute()
    },
    async find(cookieHash) {
      const row = await db
        .selectFrom('app_sessions')
        .selectAll()
        .where('cookie_hash', '=', cookieHash)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { id, user_id: userId, auth_time: authTime, expires_at: expiresAt } = row
      return { id, cookieHash, userId, authTime, expiresAt, amr: ['pwd'] }
    },
    async deleteByCookie(cookieHash) {
      await db.deleteFrom('app_sessions').where('cookie_hash', '=', cookieHash).execute()
    },
    async deleteById(id) {
      await db.deleteFrom('app_sessions').where('id', '=', id).execute()
    },
    async purgeExpired() {
      const now = Math.floor(Date.now() / 1000)
      await db.deleteFrom('app_sessions').where('expires_at', '<=', now).execute()
    },
  }
}
