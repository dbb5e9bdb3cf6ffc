import { createProvider, type Provider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { createPages, type Pages, pageUrls } from '@oauth/pages'
import { apiUrl } from './api.ts'
import { sessions } from './sessions.ts'
import { authenticate, findUser } from './users.ts'

export interface Settings {
  readonly baseUrl: string
  readonly secret: string
  /** The path of the SQLite file. */
  readonly database: string
}

export interface IdentityProvider {
  readonly provider: Provider
  /** Login, consent, connected apps and sign-out. */
  readonly pages: Pages
  /** Closes the database. */
  readonly close: () => Promise<void>
}

export function createIdentityProvider({ baseUrl, secret, database }: Settings): IdentityProvider {
  const storage = sqliteStorage(database)
  const provider = createProvider({
    baseUrl,
    secret,
    storage,
    authentication: {
      getUser: findUser,
      getSession: sessions.getSession,
    },
    ...pageUrls(),
    scopes: ['notes:read'],
    validAudiences: [apiUrl(baseUrl)],
  })
  const pages = createPages({
    provider,
    sessions,
    users: { authenticate: ({ email, password }) => authenticate(email, password) },
    scopes: { 'notes:read': 'Read your notes' },
    homeUrl: '/',
  })
  return { provider, pages, close: () => storage.close() }
}
