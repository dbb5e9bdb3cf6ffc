import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { protectedResource } from '@oauth/hono/resource-server'
import { kyselyStorage } from '@oauth/kysely'
import { Hono } from 'hono'
import type { Kysely } from 'kysely'
import type { Tables } from './database.ts'
import { identityPages } from './pages.ts'
import { createSessions } from './sessions.ts'
import { createUsers } from './users.ts'

export interface AppOptions {
  readonly baseUrl: string
  readonly secret: string
  readonly db: Kysely<Tables>
  readonly onEvent?: (event: OAuthEvent) => void
}

export interface App {
  readonly fetch: (request: Request) => Response | Promise<Response>
  readonly provider: Provider
  /** Deletes expired data. */
  readonly purgeExpired: () => Promise<void>
}

export const demoAccount = { email: 'demo@example.com', password: 'demo-password', name: 'Ada Lovelace' } as const

export async function createApp({ baseUrl, secret, db, onEvent }: AppOptions): Promise<App> {
  const users = createUsers(db)
  const sessions = createSessions(db, users, baseUrl)
  const provider = createProvider({
    baseUrl,
    secret,
    storage: kyselyStorage(db),
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: (id) => users.find(id),
      endSession: (id) => sessions.end(id),
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [`${baseUrl}/api`],
    healthPages: true,
    ...(onEvent !== undefined && { onEvent }),
  })
  await users.create(demoAccount)
  await registerDemoClient(provider)

  const app = new Hono()
  // The provider serves its endpoints, its well-known documents and the health pages.
  app.use((c, next) => (provider.matches(c.req.raw) ? provider.fetch(c.req.raw) : next()))
  app.route('/', notesApi(`${baseUrl}/api`, provider))
  app.route('/', identityPages({ baseUrl, users, provider, sessions }))

  return {
    fetch: (request) => app.fetch(request),
    provider,
    async purgeExpired() {
      await sessions.purgeExpired()
      const limit = 1000
      while ((await provider.purgeExpired({ limit })) >= limit);
    },
  }
}

/** An API for callers with an access token, and its metadata document. Clients send its URL as `resource`. */
function notesApi(resource: string, provider: Provider): Hono {
  const api = protectedResource({ resource, authorizationServer: provider, scopes: ['notes:read'] })
  const app = new Hono()
  app.use(api.metadata)
  // All methods: a browser asks with OPTIONS before a script of another origin may send the token.
  app
    .use('/api/notes', api.protect())
    .get('/api/notes', (c) => c.json({ notes: ['Read the margins.'], reader: c.get('auth').subject }))
  return app
}

/** Registers the demo client: a program on the user's computer, without a secret, that may listen on any port. */
async function registerDemoClient(provider: Provider): Promise<void> {
  if ((await provider.getClient('demo')) !== undefined) return
  await provider.registerClient({
    client_id: 'demo',
    client_name: 'Demo client',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    enable_end_session: true,
  })
}
