import { type CookieSessions, cookieSessions, memorySessionStore, type SessionStore } from '@oauth/pages'
import { baseUrl } from './base-url.ts'

// A demo: one user with a password from the environment, and sessions in this process. Put yours in its place.
export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

const user: User = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com' }
// A development server may load this file more than once.
const shared = globalThis as { oauthDemoSessions?: SessionStore }
shared.oauthDemoSessions ??= memorySessionStore()
const store = shared.oauthDemoSessions

/** Returns the user with this address and password. Take as long for an address that nobody has. */
export function authenticate(email: string, password: string): User | undefined {
  const { DEMO_PASSWORD } = process.env
  if (DEMO_PASSWORD === undefined || DEMO_PASSWORD === '' || password !== DEMO_PASSWORD) return undefined
  return email === user.email ? user : undefined
}

const getUser = (id: string): User | undefined => (id === user.id ? user : undefined)

/** Makes the sessions at the first request: while the module loads, there may be no variables yet. */
export function sessions(): CookieSessions<User> {
  return cookieSessions({ baseUrl: baseUrl(), store, getUser })
}

/** What the provider asks your application. */
export const authentication = {
  getSession: (request: Request) => sessions().getSession(request),
  getUser,
  endSession: (id: string) => sessions().endSession(id),
}
