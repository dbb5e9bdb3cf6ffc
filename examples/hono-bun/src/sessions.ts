import { createHash, randomBytes } from 'node:crypto'
import type { SignedIn } from '@oauth/core'
import { parse, serialize } from 'hono/utils/cookie'
import type { Kysely } from 'kysely'
import type { Tables } from './database.ts'
import type { User, Users } from './users.ts'

const lifetime = 12 * 3600

export interface Sessions {
  /** Returns the user who is signed in, for `authentication.getSession`. */
  current(request: Request): Promise<SignedIn<User> | undefined>
  /** Signs a user in and ends the earlier session of this browser. Returns a `Set-Cookie` value. */
  start(request: Request, user: User): Promise<string>
  /** Ends a session by its id. The id is not a secret, unlike the value of the cookie. */
  end(id: string): Promise<void>
  purgeExpired(): Promise<void>
}

/** Keeps sessions in the database, by the hash of the cookie's value, so that a reader of the table cannot sign in. */
export function createSessions(db: Kysely<Tables>, users: Users, baseUrl: string): Sessions {
  const secure = baseUrl.startsWith('https:')
  const name = secure ? '__Host-session' : 'session'
  const cookieHash = (request: Request): string => hash(parse(request.headers.get('cookie') ?? '', name)[name] ?? '')

  return {
    async current(request) {
      const row = await db
        .selectFrom('app_sessions')
        .selectAll()
        .where('cookie_hash', '=', cookieHash(request))
        .where('expires_at', '>', now())
        .executeTakeFirst()
      const user = row === undefined ? undefined : await users.find(row.user_id)
      if (row === undefined || user === undefined) return undefined
      return { user, session: { id: row.id, authTime: row.auth_time, amr: ['pwd'] } }
    },
    async start(request, user) {
      // Never keep the session from before the sign-in: an attacker may have planted its cookie.
      await db.deleteFrom('app_sessions').where('cookie_hash', '=', cookieHash(request)).execute()
      const value = randomBytes(32).toString('base64url')
      await db
        .insertInto('app_sessions')
        .values({
          id: crypto.randomUUID(),
          cookie_hash: hash(value),
          user_id: user.id,
          auth_time: now(),
          expires_at: now() + lifetime,
        })
        .execute()
      return serialize(name, value, { path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge: lifetime })
    },
    async end(id) {
      await db.deleteFrom('app_sessions').where('id', '=', id).execute()
    },
    async purgeExpired() {
      await db.deleteFrom('app_sessions').where('expires_at', '<=', now()).execute()
    },
  }
}

function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url')
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
