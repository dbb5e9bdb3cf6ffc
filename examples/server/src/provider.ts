import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { type Ciba, ciba } from '@oauth/core/features/backchannel-authentication'
import { type DeviceAuthorization, deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import {
  type RichAuthorizationRequests,
  richAuthorizationRequests,
} from '@oauth/core/features/rich-authorization-requests'
import { pageUrls } from '@oauth/pages'
import { createApplicationLimit } from './applications/application-limit.ts'
import type { Database } from './database.ts'
import type { Sessions } from './identity/sessions.ts'
import type { User, Users } from './identity/users.ts'
import { paymentDetails } from './payments/details-type.ts'
import { paymentType } from './payments/payment.ts'

export interface Ingredients {
  readonly baseUrl: string
  readonly secret: string
  /** The API that books payments. */
  readonly paymentsUrl: string
  readonly database: Pick<Database, 'storage'>
  readonly users: Users
  readonly sessions: Sessions
  /** Tells a user that something waits for an answer at this link. */
  readonly notify: (user: User, link: string) => void
  readonly onEvent: (event: OAuthEvent) => void
}

/** The provider with the APIs of its features. */
export type IdentityProvider = Provider & {
  readonly features: {
    readonly ciba: Ciba
    readonly deviceAuthorization: DeviceAuthorization
    readonly richAuthorizationRequests: RichAuthorizationRequests
  }
}

/** The provider. Copy this file: the others are pages, users and a demo client. */
export function createIdentityProvider({
  baseUrl,
  secret,
  paymentsUrl,
  database,
  users,
  sessions,
  notify,
  onEvent,
}: Ingredients): IdentityProvider {
  const mayHaveAnother = createApplicationLimit(async (userId) => (await provider.listClients({ userId })).length)
  const provider: IdentityProvider = createProvider({
    baseUrl,
    secret,
    storage: database.storage, // In your own: sqliteStorage('./oauth.db'), or kyselyStorage(db) as in postgres.ts
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: (id) => users.find(id),
      endSession: async (sessionId) => void (await sessions.end(sessionId)),
    },
    ...pageUrls(),
    branding: {
      name: 'Example ID',
      logoUrl: '/icon.svg',
      colours: { accent: '#1f4ed8', accentDark: '#9db7ff' },
      links: { home: '/' },
    },
    scopes: ['notes:read'],
    validAudiences: [...new Set([`${baseUrl}/api`, paymentsUrl])],
    // Users register applications of their own, also such that call the API without a user.
    mayCreateClient: ({ user }) => mayHaveAnother(user.id),
    clientRegistrationMachineAccess: { scopes: ['notes:read'], resources: [`${baseUrl}/api`] },
    features: [
      // Televisions and command-line programs: the user enters their code on this page.
      deviceAuthorization({ verificationUri: '/device' }),
      // Their tokens may be bound to a key, so that a copied token is useless.
      dpop(),
      // A client may ask for one payment, and pushes the request, so that it is in no URL.
      richAuthorizationRequests({ types: { [paymentType]: paymentDetails(paymentsUrl) } }),
      pushedAuthorizationRequests(),
      // Agents and other clients without a browser ask a user by address, and the user answers at /approvals.
      ciba({
        resolveUser: async ({ loginHint = '' }) => (await users.findByEmail(loginHint))?.id,
        async notifyUser({ id, userId }) {
          const user = await users.find(userId)
          if (user !== undefined) notify(user, `${baseUrl}/approvals/${id}`)
        },
      }),
    ],
    onEvent,
    healthPages: true,
  })
  return provider
}
