import { consoleLogger, createProvider, OAuthError, type Provider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { findUser } from './account.ts'
import type { Env } from './env.ts'
import { identityPages } from './pages.ts'
import { createSessions } from './sessions.ts'

export interface Identity {
  readonly fetch: (request: Request) => Promise<Response>
}

/** Makes the provider and its pages without I/O: each request does the I/O that it needs. */
export function createIdentity(env: Env): Identity {
  const sessions = createSessions(env.BASE_URL)
  const provider = createProvider({
    baseUrl: env.BASE_URL,
    secret: env.OAUTH_SECRET,
    storage: memoryStorage(),
    authentication: {
      getSession: (request) => sessions.current(request),
      getUser: findUser,
      endSession: (id) => sessions.end(id),
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    // `wrangler tail` and Workers Logs read JSON.
    logger: consoleLogger({ format: 'json' }),
    healthPages: true,
  })
  const pages = identityPages({ baseUrl: env.BASE_URL, password: env.USER_PASSWORD, provider, sessions })

  let registered = false
  return {
    async fetch(request) {
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
