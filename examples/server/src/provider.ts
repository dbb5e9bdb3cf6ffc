import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { createApplicationLimit } from './applications/application-limit.ts'
import type { Database } from './database.ts'
import type { Sessions } from './identity/sessions.ts'
import type { Users } from './identity/users.ts'

export interface Ingredients {
  readonly baseUrl: string
  readonly secret: string
  readonly database: Database
  readonly users: Users
  readonly sessions: Sessions
  readonly onEvent: (event: OAuthEvent) => void
}

/** The provider. Copy this file: the others are pages, users and a demo client. */
export function createIdentityProvider({ baseUrl, secret, database, users, sessions, onEvent }: Ingredients): Provider {
  const mayHaveAnother = createApplicationLimit(async (userId) => (await provider.listClients({ userId })).length)
  const provider: Provider = createProvider({
    baseUrl,
    secret,
    storage: sqliteStorage(database), // or a file name
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: (id) => users.find(id),
      endSession: (sessionId) => void sessions.end(sessionId),
    },
    loginUrl: '/login',
    signupUrl: '/signup',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [`${baseUrl}/api`],
    // Users register applications of their own, also such that call the API without a user.
    mayCreateClient: ({ user }) => mayHaveAnother(user.id),
    clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [`${baseUrl}/api`] },
    onEvent,
  })
  return provider
}
