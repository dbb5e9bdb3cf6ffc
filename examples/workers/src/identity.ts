import { consoleLogger, createProvider, OAuthError, type Provider } from '@oauth/core'
import { durableObjectStorage } from '@oauth/kysely/durable-object'
import { cookieSessions, createPages, pageUrls } from '@oauth/pages'
import { authenticate, findUser } from './account.ts'
import type { Env, ObjectStorage } from './env.ts'
import { createSessionStore } from './sessions.ts'

export interface Identity {
  readonly fetch: (request: Request) => Promise<Response>
  /** Deletes expired data. */
  readonly purgeExpired: () => Promise<void>
}

/** Makes the provider and its pages on the database of a Durable Object. It creates and updates the tables. */
export function createIdentity(env: Env, database: ObjectStorage): Identity {
  const store = createSessionStore(database)
  const sessions = cookieSessions({ baseUrl: env.BASE_URL, store, getUser: findUser, lifetimeSeconds: 12 * 3600 })
  const provider = createProvider({
    baseUrl: env.BASE_URL,
    secret: env.OAUTH_SECRET,
    storage: durableObjectStorage(database),
    authentication: sessions,
    ...pageUrls(),
    // `wrangler tail` and Workers Logs read JSON.
    logger: consoleLogger({ format: 'json' }),
    healthPages: true,
  })
  const pages = createPages({
    provider,
    sessions,
    users: { authenticate: ({ email, password }) => authenticate(env.USER_PASSWORD, email, password) },
  })

  let registered = false
  return {
    async fetch(request) {
      if (!registered) await registerDemoClient(provider, env)
      registered = true
      return provider.matches(request) ? provider.fetch(request) : pages.fetch(request)
    },
    async purgeExpired() {
      store.purgeExpired()
      const limit = 1000
      while ((await provider.purgeExpired({ limit })) >= limit);
    },
  }
}

/** Registers the demo client in a new database. */
async function registerDemoClient(provider: Provider, env: Env): Promise<void> {
  if ((await provider.getClient('demo')) !== undefined) return
  try {
    await provider.registerClient({
      client_id: 'demo',
      client_secret: env.CLIENT_SECRET,
      client_name: 'Demo client',
      redirect_uris: [env.CLIENT_REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
    })
  } catch (error) {
    // Another request has registered the client already.
    if (!(error instanceof OAuthError) || (await provider.getClient('demo')) === undefined) throw error
  }
}
