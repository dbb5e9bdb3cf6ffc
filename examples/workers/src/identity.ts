import { createProvider, OAuthError, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { cookieSessions, createPages, pageUrls } from '@oauth/pages'
import { healthPages } from '../../shared/src/health.ts'
import { authenticate, findUser } from './account.ts'
import type { Env } from './env.ts'

export interface Identity {
  readonly fetch: (request: Request) => Promise<Response>
}

/** Makes the provider and its pages without I/O: each request does the I/O that it needs. */
export function createIdentity(env: Env): Identity {
  // In the memory of one isolate, as the storage is. `store` keeps sessions elsewhere.
  const sessions = cookieSessions({ baseUrl: env.BASE_URL, getUser: findUser, lifetimeSeconds: 12 * 3600 })
  const provider = createProvider({
    baseUrl: env.BASE_URL,
    secret: env.OAUTH_SECRET,
    storage: memoryStorage(),
    authentication: sessions,
    ...pageUrls(),
    onEvent: (event) => {
      // biome-ignore lint/suspicious/noConsole: the log of a Worker
      if (event.type === 'request.failed') console.error(event.endpoint, event.cause)
    },
  })
  const pages = createPages({
    provider,
    sessions,
    users: { authenticate: ({ email, password }) => authenticate(env.USER_PASSWORD, email, password) },
  })

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
  }
}

/** Registers the demo client, because the memory of a new isolate is empty. With a database, do this once, elsewhere. */
async function registerDemoClient(provider: Provider, env: Env): Promise<void> {
  try {
    await provider.registerClient({
      client_id: 'demo',
      client_secret: env.CLIENT_SECRET,
      client_name: 'Demo client',
      redirect_uris: [env.CLIENT_REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token'],
    })
  } catch (error) {
    // Another request of this isolate has registered the client already.
    if (!(error instanceof OAuthError) || (await provider.getClient('demo')) === undefined) throw error
  }
}
