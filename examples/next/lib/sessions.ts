import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { SignedIn } from '@oauth/core'
import type Database from 'better-sqlite3'
import { database } from './database'
import { baseUrl } from './settings'
import { findUser, type User } from './users'

const secure = baseUrl.startsWith('https:')
const lifetime = 14 * 24 * 3600
export const sessionCookie = secure ? '__Host-sid' : 'sid'

interface Row {
  readonly id: string
  readonly user_id: string
  readonly auth_time: number
}

let db: Database.Database | undefined

// Keep sessions in the database, because Next loads this file more than once, each time with its own variables.
function sessions(): Database.Database {
  if (db === undefined) {
    db = database()
    db.exec(
      `CREATE TABLE IF NOT EXISTS sessions
       (cookie_hash TEXT PRIMARY KEY, id TEXT NOT NULL, user_id TEXT NOT NULL, auth_time INTEGER NOT NULL)`,
    )
  }
  return db
}

/** Starts a session and returns a `Set-Cookie` value. The cookie is not the session's id, which the provider stores. */
export function startSession(user: User): string {
  const cookie = randomBytes(32).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  sessions().prepare('INSERT INTO sessions VALUES (?, ?, ?, ?)').run(hash(cookie), randomUUID(), user.id, now)
  const flags = `Path=/; Max-Age=${lifetime}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return `${sessionCookie}=${cookie}; ${flags}`
}

/** Returns the user of the session that belongs to the cookie. */
export function findSession(cookie: string | undefined): SignedIn<User> | undefined {
  if (cookie === undefined) return undefined
  const since = Math.floor(Date.now() / 1000) - lifetime
  const row = sessions()
    .prepare<[string, number], Row>('SELECT * FROM sessions WHERE cookie_hash = ? AND auth_time > ?')
    .get(hash(cookie), since)
  const user = row && findUser(row.user_id)
  return row && user && { user, session: { id: row.id, authTime: row.auth_time } }
}

function hash(cookie: string): string {
  return createHash('sha256').update(cookie).digest('base64url')
}
