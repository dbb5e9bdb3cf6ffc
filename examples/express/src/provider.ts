import { createProvider, type Provider } from '@oauth/core'
import { expressRequest } from '@oauth/express'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import type { Request } from 'express'
import { apiUrl } from './api.ts'
import { findUser } from './users.ts'

declare module 'express-session' {
  interface SessionData {
    userId: string
    /** Seconds since the epoch. */
    authTime: number
    /** The id of the session for the provider. It differs from the cookie's value, which is a secret like a password. */
    publicId: string
  }
}

export interface Settings {
  readonly baseUrl: string
  readonly secret: string
  /** The path of the SQLite file. */
  readonly database: string
}

export interface IdentityProvider {
  readonly provider: Provider
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
      getSession(request) {
        const { userId = '', authTime = 0, publicId = '' } = expressRequest<Request>(request)?.session ?? {}
        const user = findUser(userId)
        return user && { user, session: { id: publicId, authTime } }
      },
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [apiUrl(baseUrl)],
  })
  return { provider, close: () => storage.close() }
}
