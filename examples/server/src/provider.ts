import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { type DeviceAuthorization, deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
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

/** The provider with the API of its feature. */
export type IdentityProvider = Provider & { readonly features: { readonly deviceAuthorization: DeviceAuthorization } }

/** The provider. Copy this file: the others are pages, users and a demo client. */
export function createIdentityProvider({
  baseUrl,
  secret,
  database,
  users,
  sessions,
  onEvent,
}: Ingredients): IdentityProvider {
  const mayHaveAnother = createApplicationLimit(async (userId) => (await provider.listClients({ userId })).length)
  const provider: IdentityProvider = createProvider({
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
    // Televisions and command-line programs: the user enters their code on this page.
    // dpop(): their tokens may be bound to a key, so that a copied token is useless.
    features: [deviceAuthorization({ verificationUri: '/device', resultUri: '/device/done' }), dpop()],
    onEvent,
  })
  return provider
}
