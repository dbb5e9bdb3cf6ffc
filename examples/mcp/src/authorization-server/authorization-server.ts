import { type Clock, createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { healthPages } from '../../../shared/src/health.ts'
import { clientAddress } from '../listen.ts'
import { findUser } from './account.ts'
import { identityPages } from './pages.ts'
import { createSessions } from './sessions.ts'

export interface AuthorizationServerOptions {
  readonly baseUrl: string
  readonly secret: string
  /** The MCP servers that tokens may be for, by the URLs that clients connect to. */
  readonly resources: readonly string[]
  readonly onEvent?: (event: OAuthEvent) => void
  /** Seam for tests. */
  readonly clock?: Clock
}

export interface AuthorizationServer {
  readonly provider: Provider
  readonly fetch: (request: Request) => Promise<Response>
  /** Lets an MCP server ask about the tokens that are for it: it is a client whose id is its own URL. */
  readonly registerResource: (resource: string, secret: string) => Promise<void>
  /** Removes what has expired, clients that were registered and never used among it. */
  readonly purgeExpired: () => Promise<void>
}

export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const { baseUrl, secret, resources, onEvent, clock } = options
  const sessions = createSessions(baseUrl)
  const provider = createProvider({
    baseUrl,
    secret,
    storage: memoryStorage(),
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: findUser,
      endSession: (id) => sessions.end(id),
    },
    loginUrl: '/login',
    consentUrl: '/consent',

    // A token is good at the server that the user saw and agreed to, and nowhere else.
    validAudiences: resources,
    bindResources: true,
    scopes: ['notes:read', 'notes:write'],
    accessTokenTtlSeconds: 600,

    // MCP clients know nobody here, so they register themselves. What that costs is limited.
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    clientRegistrationAllowedScopes: ['notes:read', 'notes:write', 'offline_access'],
    unusedClientTtlSeconds: 24 * 3600,
    // The MCP server asks about the token of each request, so as often as it is asked itself. It is known by its id.
    rateLimit: { clientAddress, introspect: { client: (id) => (resources.includes(id) ? false : undefined) } },

    // They register the scopes of their first request and ask for more when a tool needs it, ...
    clientRegistrationAddedScopes: ['notes:read', 'notes:write'],
    // ... and many never ask for offline_access.
    refreshTokensWithoutOfflineAccess: true,

    ...(onEvent !== undefined && { onEvent }),
    ...(clock !== undefined && { clock }),
  })
  const pages = identityPages({ baseUrl, provider, sessions })

  const health = healthPages(
    () => provider.ready(),
    (cause) => onEvent?.({ type: 'request.failed', endpoint: 'readyz', cause }),
  )

  return {
    provider,
    fetch: async (request) =>
      health(request) ?? (provider.matches(request) ? provider.fetch(request) : pages.fetch(request)),
    async registerResource(resource, resourceSecret) {
      await provider.registerClient({ client_id: resource, client_secret: resourceSecret, grant_types: [] })
    },
    async purgeExpired() {
      const limit = 1000
      while ((await provider.purgeExpired({ limit })) >= limit);
    },
  }
}
