import { type CookieSessions, cookieSessions, type SessionStore, type StoredSession } from '@oauth/pages'
import { baseUrl } from './base-url.ts'
import { servingStorage } from './storage.ts'

// A demo: one user with a password from the environment. Put yours in its place.
export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

const user: User = { id: '1', name: 'Ada Lovelace', email: 'ada@example.com' }

/** Returns the user with this address and password. Take as long for an address that nobody has. */
export function authenticate(email: string, password: string): User | undefined {
  const { DEMO_PASSWORD } = process.env
  if (DEMO_PASSWORD === undefined || DEMO_PASSWORD === '' || password !== DEMO_PASSWORD) return undefined
  return email === user.email ? user : undefined
}

const getUser = (id: string): User | undefined => (id === user.id ? user : undefined)

/** What a session is called among the records of the storage. */
const kind = 'browser_session'

/** Keeps sessions as records of the storage: a Worker has many isolates, and none knows the memory of another. */
const store: SessionStore = {
  async insert(session) {
    const { cookieHash: id, id: ownerId, expiresAt } = session
    const createdAt = Math.floor(Date.now() / 1000)
    await servingStorage().records.insert({ kind, id, ownerId, value: session, version: 1, createdAt, expiresAt })
  },
  async find(id) {
    const found = await servingStorage().records.find({ kind, id })
    return found?.value as StoredSession | undefined
  },
  async deleteByCookie(id) {
    await servingStorage().records.take({ kind, id })
  },
  async deleteById(ownerId) {
    const { records } = servingStorage()
    for (const { id } of await records.list({ kind, ownerId, limit: 100 })) await records.take({ kind, id })
  },
}

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
