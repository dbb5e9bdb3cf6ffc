import { createHash } from 'node:crypto'
import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { featuresOf } from './features.ts'
import { authenticationClasses } from './host/login.ts'
import type { Sessions } from './host/sessions.ts'
import { findUser } from './host/users.ts'
import type { Settings } from './settings.ts'

export interface ConformanceProvider {
  readonly provider: Provider
  /** Closes the database. */
  readonly close: () => Promise<void>
}

/**
 * The provider for certification suites. Its dangerous options are for suites of OpenID Connect only: unknown clients may
 * register themselves, get secrets, and omit PKCE.
 */
export function createConformanceProvider(
  settings: Settings,
  sessions: Sessions,
  onEvent: (event: OAuthEvent) => void,
): ConformanceProvider {
  const { baseUrl, database, secret, allowPrivateAddresses, idTokenAlgorithms, variant } = settings
  const oidc = variant.profile === 'oidc'
  const storage = sqliteStorage(database)
  const provider = createProvider({
    baseUrl,
    secret,
    storage,
    features: featuresOf(variant),
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: findUser,
      endSession: (sessionId) => sessions.end(sessionId),
    },
    userClaims: ({ claims }) => claims,
    loginUrl: '/login',
    signupUrl: '/login',
    selectAccountUrl: '/login',
    consentUrl: '/consent',
    pairwiseSecret: createHash('sha256').update(`pairwise ${secret}`).digest('base64url'),
    idTokenSigningAlgorithm: idTokenAlgorithms[0],
    idTokenSigningAlgorithms: idTokenAlgorithms,
    accessTokenSigningAlgorithm: 'ES256',
    // The suites warn when claims of scopes are in the ID token of the code flow (OpenID Connect Core section 5.4).
    idTokenScopeClaims: false,
    advertisedMetadata: { acrValuesSupported: authenticationClasses, uiLocalesSupported: ['en'] },
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    clientRegistrationEnablesEndSession: true,
    unusedClientTtlSeconds: 24 * 3600,
    dangerouslyAllowUnauthenticatedConfidentialClients: oidc,
    dangerouslyAllowRegistrationWithoutPkce: oidc,
    // FAPI 2.0 wants a refresh token to work again for a minute.
    refreshTokenReuseWindowSeconds: oidc ? 30 : 60,
    dangerouslyAllowPrivateAddresses: allowPrivateAddresses,
    // `onEvent` prints what a developer of a failed test needs, and no more.
    logger: false,
    onEvent,
  })
  return { provider, close: () => storage.close() }
}
