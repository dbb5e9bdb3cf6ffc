import { randomUUID } from 'node:crypto'
import type { SignedIn } from '@oauth/core'
import { parse, serialize } from 'hono/utils/cookie'
import type { User } from './users.ts'

export interface Sessions {
  current(request: Request): SignedIn<User> | undefined
  /** Signs in with a new session of this authentication context class; returns a `Set-Cookie` value. */
  start(request: Request, user: User, acr: string): string
  end(sessionId: string): void
}

/** Keeps sessions in memory, so a restart signs all users out. The cookie is a secret; the session's id is not. */
export function createSessions(baseUrl: string): Sessions {
  const secure = baseUrl.startsWith('https:')
  const name = secure ? '__Host-conformance_session' : 'conformance_session'
  const byCookie = new Map<string, SignedIn<User>>()
  const cookieOf = (request: Request): string => parse(request.headers.get('cookie') ?? '', name)[name] ?? ''
  return {
    current: (request) => byCookie.get(cookieOf(request)),
    start(request, user, acr) {
      byCookie.delete(cookieOf(request))
      const cookie = randomUUID()
      const authTime = Math.floor(Date.now() / 1000)
      byCookie.set(cookie, { user, session: { id: randomUUID(), authTime, acr, amr: ['pwd'] } })
      return serialize(name, cookie, { path: '/', httpOnly: true, sameSite: 'Lax', secure })
    },
    end(sessionId) {
      for (const [cookie, { session }] of byCookie) if (session.id === sessionId) byCookie.delete(cookie)
    },
  }
}
