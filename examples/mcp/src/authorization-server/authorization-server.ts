import { type Clock, createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { mcp } from '@oauth/core/mcp'
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
  /** The clock, for tests. */
  readonly clock?: Clock
}

export interface AuthorizationServer {
  readonly provider: Provider
  readonly fetch: (request: Request) => Promise<Response>
  /** Lets an MCP server introspect its tokens: registers it as a client under a plain id that stands for its URL. */
  readonly registerResource: (clientId: string, resource: string, secret: string) => Promise<void>
  /** Deletes expired data, and clients that were registered and never used. */
  readonly purgeExpired: () => Promise<void>
}

export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const { baseUrl, secret, resources, onEvent, clock } = options
  const sessions = createSessions(baseUrl)
  /** The client ids of the MCP servers. */
  const mcpServers = new Set<string>()
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

    // A client may be known by a document at its URL, or register itself; a token is valid only at the MCP server that the
    // user saw and agreed to. Every server here has the same tools.
    ...mcp({
      resources: Object.fromEntries(resources.map((url) => [url, { scopes: ['notes:read', 'notes:write'] }])),
    }),
    // The MCP server introspects the token of each of its requests, so it needs a high limit. Its client id identifies it.
    rateLimit: { clientAddress, introspect: { client: (id) => (mcpServers.has(id) ? false : undefined) } },

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
    async registerResource(clientId, resource, resourceSecret) {
      const api = { client_id: clientId, client_secret: resourceSecret, grant_types: [], resources: [resource] }
      await provider.registerClient(api)
      mcpServers.add(clientId)
    },
    async purgeExpired() {
      const limit = 1000
      while ((await provider.purgeExpired({ limit })) >= limit);
    },
  }
}
