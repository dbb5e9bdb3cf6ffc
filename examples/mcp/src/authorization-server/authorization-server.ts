import { type Clock, createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { tokenExchange } from '@oauth/core/features/token-exchange'
import { mcp } from '@oauth/core/mcp'
import { memoryStorage } from '@oauth/core/memory'
import { cookieSessions, createPages, pageUrls } from '@oauth/pages'
import { clientAddress } from '../listen.ts'
import { authenticate, demoAccount, findUser } from './account.ts'

export interface AuthorizationServerOptions {
  readonly baseUrl: string
  readonly secret: string
  /** The MCP servers that tokens may be for, by the URLs that clients connect to. */
  readonly resources: readonly string[]
  /** The APIs that MCP servers may call for their users, with tokens that they exchange. */
  readonly apis?: readonly string[]
  readonly onEvent?: (event: OAuthEvent) => void
  /** The clock, for tests. */
  readonly clock?: Clock
}

export interface AuthorizationServer {
  readonly provider: Provider
  readonly fetch: (request: Request) => Promise<Response>
  /** Lets an MCP server introspect its tokens: registers it as a client under a plain id that stands for its URL. It may exchange
   * those tokens for tokens of `apis`. */
  readonly registerResource: (clientId: string, resource: string, secret: string) => Promise<void>
  /** Deletes expired data, and clients that were registered and never used. */
  readonly purgeExpired: () => Promise<void>
}

export function createAuthorizationServer(options: AuthorizationServerOptions): AuthorizationServer {
  const { baseUrl, secret, resources, apis = [], onEvent, clock } = options
  const sessions = cookieSessions({ baseUrl, getUser: findUser, lifetimeSeconds: 12 * 3600 })
  /** The client ids of the MCP servers. */
  const mcpServers = new Set<string>()
  // A client may be known by a document at its URL, or register itself; a token is valid only at the MCP server that the
  // user saw and agreed to. Every server here has the same tools.
  const preset = mcp({
    resources: Object.fromEntries(resources.map((url) => [url, { scopes: ['notes:read', 'notes:write'] }])),
  })
  const provider = createProvider({
    baseUrl,
    secret,
    storage: memoryStorage(),
    authentication: sessions,
    ...pageUrls(),

    ...preset,
    validAudiences: [...preset.validAudiences, ...apis],
    features: [
      ...preset.features,
      tokenExchange({
        accessTokens: {
          // An MCP server gets a token for one API, which says that the server acts for the user. Nobody else gets one.
          authorize: ({ clientId, resources: asked }) =>
            mcpServers.has(clientId) && asked.length === 1 && asked.every((url) => apis.includes(url))
              ? { mode: 'delegation', resources: asked }
              : undefined,
          lifetimeSeconds: 60,
        },
      }),
    ],
    // The MCP server introspects the token of each of its requests, so it needs a high limit. Its client id identifies it.
    rateLimit: { clientAddress, introspect: { client: (id) => (mcpServers.has(id) ? false : undefined) } },

    healthPages: true,
    ...(onEvent !== undefined && { onEvent }),
    ...(clock !== undefined && { clock }),
  })
  const pages = createPages({
    provider,
    sessions,
    users: { authenticate: ({ email, password }) => authenticate(email, password) },
    scopes: { 'notes:read': 'Read your notes', 'notes:write': 'Write notes for you' },
    loginNote: `This is a demonstration. Sign in as ${demoAccount.email} with the password ${demoAccount.password}.`,
  })

  return {
    provider,
    fetch: async (request) => (provider.matches(request) ? provider.fetch(request) : pages.fetch(request)),
    async registerResource(clientId, resource, resourceSecret) {
      await provider.registerClient({
        client_id: clientId,
        client_secret: resourceSecret,
        resources: [resource],
        redirect_uris: [],
        grant_types: ['urn:ietf:params:oauth:grant-type:token-exchange'],
        // The most that it gets in an exchange, whatever the user's token has.
        scope: 'notes:read',
      })
      mcpServers.add(clientId)
    },
    async purgeExpired() {
      const limit = 1000
      while ((await provider.purgeExpired({ limit })) >= limit);
    },
  }
}
