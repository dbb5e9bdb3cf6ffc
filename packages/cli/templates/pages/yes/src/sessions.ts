import type { SignedIn } from '@oauth/core'

// A demo: one user with a password from the environment, and sessions in this process. Put yours in its place.
interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

const user: User = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com' }
// A development server may load this file more than once.
const shared = globalThis as { oauthDemoSessions?: Map<string, SignedIn<User>> }
shared.oauthDemoSessions ??= new Map()
const sessions = shared.oauthDemoSessions

/** What the provider asks your application. */
export const authentication = {
  getSession: ({ headers }: Request): SignedIn<User> | undefined =>
    sessions.get(/(?:^|; )sid=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? ''),
  getUser: (id: string): User | undefined => (id === user.id ? user : undefined),
}

/** Signs the user in, and returns the `Set-Cookie` of the session; `undefined` for a wrong password. */
export function signIn(password: string, secure: boolean): string | undefined {
  const { DEMO_PASSWORD } = process.env
  if (DEMO_PASSWORD === undefined || DEMO_PASSWORD === '' || password !== DEMO_PASSWORD) return undefined
  const cookie = crypto.randomUUID()
  sessions.set(cookie, { user, session: { id: crypto.randomUUID(), authTime: Math.floor(Date.now() / 1000) } })
  return `sid=${cookie}; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}
