import type { SignedIn } from '@oauth/core'
import { parse, serialize } from 'hono/utils/cookie'
import { sha256, type User } from './account.ts'

const lifetime = 12 * 3600

export interface Sessions {
  /** Returns the user who is signed in, for `authentication.getSession`. */
  current(request: Request): Promise<SignedIn<User> | undefined>
  /** Signs a user in and ends the earlier session of this browser. Returns a `Set-Cookie` value. */
  start(request: Request, user: User): Promise<string>
  /** Ends a session by its id. The id is not a secret, unlike the value of the cookie. */
  end(id: string): void
}

/** Keeps sessions in the memory of one isolate, by the hash of the cookie's value. */
export function createSessions(baseUrl: string): Sessions {
  const secure = baseUrl.startsWith('https:')
  const name = secure ? '__Host-session' : 'session'
  const sessions = new Map<string, SignedIn<User> & { readonly expiresAt: number }>()

  const keyOf = async (request: Request): Promise<string> => {
    const value = parse(request.headers.get('cookie') ?? '', name)[name]
    return value === undefined ? '' : sha256(value)
  }

  return {
    async current(request) {
      const found = sessions.get(await keyOf(request))
      return found !== undefined && found.expiresAt > now() ? found : undefined
    },
    async start(request, user) {
      // Never keep the session from before the sign-in: an attacker may have planted its cookie.
      sessions.delete(await keyOf(request))
      for (const [key, { expiresAt }] of sessions) if (expiresAt <= now()) sessions.delete(key)
      const value = Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('')
      const session = { id: crypto.randomUUID(), authTime: now(), amr: ['pwd'] }
      sessions.set(await sha256(value), { user, session, expiresAt: now() + lifetime })
      return serialize(name, value, { path: '/', httpOnly: true, sameSite: 'Lax', secure, maxAge: lifetime })
    },
    end(id) {
      for (const [key, { session }] of sessions) if (session.id === id) sessions.delete(key)
    },
  }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}
