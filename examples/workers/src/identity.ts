import { createProvider, OAuthError, type Provider } from '@oauth/core'
import { durableObjectStorage } from '@oauth/kysely/durable-object'
import { healthPages } from '../../shared/src/health.ts'
import { findUser } from './account.ts'
import type { Env, ObjectStorage } from './env.ts'
import { identityPages } from './pages.ts'
import { createSessions } from './sessions.ts'

export interface Identity {
  readonly fetch: (request: Request) => Promise<Response>
  /** Deletes expired data. */
  readonly purgeExpired: () => Promise<void>
}

/** Makes the provider and its pages on the database of a Durable Object. It creates and updates the tables. */
export function createIdentity(env: Env, database: ObjectStorage): Identity {
  const sessions = createSessions(env.BASE_URL, database)
  const provider = createProvider({
    baseUrl: env.BASE_URL,
    secret: env.OAUTH_SECRET,
    storage: durableObjectStorage(database),
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: findUser,
      endSession: (id) => sessions.end(id),
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    onEvent: (event) => {
      // biome-ignore lint/suspicious/noConsole: the log of a Worker
      if (event.type === 'request.failed') console.error(event.endpoint, event.cause)
    },
  })
  const pages = identityPages({ baseUrl: env.BASE_URL, password: env.USER_PASSWORD, provider, sessions })

  // biome-ignore lint/suspicious/noConsole: the log of a Worker
  const health = healthPages(() => provider.ready(), console.error)

  let registered = false
  return {
    async fetch(request) {
      const answer = health(request)
      if (answer !== undefined) return answer
      if (!registered) await registerDemoClient(provider, env)
      registered = true
      return provider.matches(request) ? provider.fetch(request) : pages.fetch(request)
    },
    async purgeExpired() {
      sessions.purgeExpired()
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
