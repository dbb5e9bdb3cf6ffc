import { type CookieSessions, cookieSessions, type SessionStore } from '@oauth/pages'
import type Database from 'better-sqlite3'
import { database } from './database'
import { baseUrl } from './settings'
import { findUser, type User } from './users'

let made: CookieSessions<User> | undefined

/** Returns the sessions for the provider and the pages, made at the first use. */
export function sessions(): CookieSessions<User> {
  made ??= cookieSessions({ baseUrl, getUser: findUser, store: databaseStore(), cookieName: 'sid' })
  return made
}

interface Row {
  readonly id: string
  readonly cookie_hash: string
  readonly user_id: string
  readonly auth_time: number
  readonly expires_at: number
}

/** Keeps sessions in the database, because Next loads this file more than once, each time with its own variables. */
function databaseStore(): SessionStore {
  let opened: Database.Database | undefined
  // At the first use: while Next builds, there is no database.
  const db = (): Database.Database => {
    if (opened === undefined) {
      opened = database()
      opened.exec(
        `CREATE TABLE IF NOT EXISTS app_sessions (cookie_hash TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE,
         user_id TEXT NOT NULL, auth_time INTEGER NOT NULL, expires_at INTEGER NOT NULL)`,
      )
    }
    return opened
  }
  return {
    insert({ id, cookieHash, userId, authTime, expiresAt }) {
      const insert = 'INSERT INTO app_sessions (cookie_hash, id, user_id, auth_time, expires_at) VALUES (?, ?, ?, ?, ?)'
      db().prepare(insert).run(cookieHash, id, userId, authTime, expiresAt)
    },
    find(cookieHash) {
      const select = db().prepare<[string], Row>('SELECT * FROM app_sessions WHERE cookie_hash = ?')
      const row = select.get(cookieHash)
      if (row === undefined) return undefined
      const { id, user_id: userId, auth_time: authTime, expires_at: expiresAt } = row
      return { id, cookieHash, userId, authTime, expiresAt, amr: ['pwd'] }
    },
    deleteByCookie: (cookieHash) => void db().prepare('DELETE FROM app_sessions WHERE cookie_hash = ?').run(cookieHash),
    deleteById: (id) => void db().prepare('DELETE FROM app_sessions WHERE id = ?').run(id),
  }
}
