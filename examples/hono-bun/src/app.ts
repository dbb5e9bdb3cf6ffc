import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { oauth } from '@oauth/hono'
import { protectedResource } from '@oauth/hono/resource-server'
import { cookieSessions, createPages, pageUrls } from '@oauth/pages'
import { Hono } from 'hono'
import type { AppDatabase } from './database.ts'
import { createSessionStore } from './sessions.ts'
import { createUsers } from './users.ts'

export interface AppOptions {
  readonly baseUrl: string
  readonly secret: string
  readonly database: Pick<AppDatabase, 'storage' | 'db'>
  readonly onEvent?: (event: OAuthEvent) => void
}

export interface App {
  readonly fetch: (request: Request) => Response | Promise<Response>
  readonly provider: Provider
  /** Deletes expired data. */
  readonly purgeExpired: () => Promise<void>
}

export const demoAccount = { email: 'demo@example.com', password: 'demo-password', name: 'Ada Lovelace' } as const

export async function createApp({ baseUrl, secret, database, onEvent }: AppOptions): Promise<App> {
  const { storage, db } = database
  const users = createUsers(db)
  const store = createSessionStore(db)
  const getUser = (id: string) => users.find(id)
  const sessions = cookieSessions({ baseUrl, store, getUser, lifetimeSeconds: 12 * 3600 })
  const provider = createProvider({
    baseUrl,
    secret,
    storage,
    authentication: sessions,
    ...pageUrls(),
    scopes: ['notes:read'],
    validAudiences: [`${baseUrl}/api`],
    healthPages: true,
    ...(onEvent !== undefined && { onEvent }),
  })
  await users.create(demoAccount)
  await registerDemoClient(provider)

  const pages = createPages({
    provider,
    sessions,
    users: { authenticate: ({ email, password }) => users.authenticate(email, password) },
    scopes: { 'notes:read': 'Read your notes' },
  })

  const app = new Hono()
  // The provider serves its endpoints, its well-known documents and the health pages; the other pages are login, consent and others.
  app.use(oauth(provider), oauth(pages))
  app.route('/', notesApi(`${baseUrl}/api`, provider))

  return {
    fetch: (request) => app.fetch(request),
    provider,
    async purgeExpired() {
      await store.purgeExpired()
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
