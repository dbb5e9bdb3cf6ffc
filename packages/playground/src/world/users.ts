import type { Session, SignedIn } from '@oauth/core'

/** A user of the host application. */
export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly emailVerified: boolean
}

export const users: readonly User[] = [
  { id: 'user-1', name: 'Ada Lovelace', email: 'ada@example.com', emailVerified: true },
  { id: 'user-2', name: 'Grace Hopper', email: 'grace@example.com', emailVerified: true },
]

/** The users and sessions of the host: what every application brings. */
export interface Accounts {
  find(id: string): User | undefined
  current(request: Request): SignedIn<User> | undefined
  /** Signs a user in and returns the value of the session cookie. */
  signIn(id: string, now: number): string
  end(sessionId: string): void
}

export function createAccounts(): Accounts {
  const sessions = new Map<string, { readonly user: User; readonly session: Session }>()
  const find = (id: string): User | undefined => users.find((user) => user.id === id)
  return {
    find,
    current: (request) => sessions.get(/(?:^|; )sid=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
    signIn(id, now) {
      const user = find(id)
      if (user === undefined) throw new Error(`there is no user ${id}`)
      const cookie = crypto.randomUUID()
      sessions.set(cookie, { user, session: { id: crypto.randomUUID(), authTime: now, amr: ['pwd'] } })
      return cookie
    },
    end(sessionId) {
      for (const [cookie, { session }] of sessions) if (session.id === sessionId) sessions.delete(cookie)
    },
  }
}
