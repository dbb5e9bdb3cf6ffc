import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BrandingOptions, type ClientInput, createProvider, type Feature, type OAuthEvent } from '@oauth/core'
import { type Ciba, ciba } from '@oauth/core/features/backchannel-authentication'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { memoryStorage } from '@oauth/core/memory'
import { nodeListener } from '@oauth/core/node'
import { cookieSessions, createPages, type PagesOptions, pageUrls } from '../src/index.ts'

export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
}

export const ada: User = { id: 'u1', name: 'Ada Lovelace', email: 'ada@example.com' }
export const grace: User = { id: 'u2', name: 'Grace Hopper', email: 'grace@example.com' }
export const password = 'correct horse'
export const redirectUri = 'https://rp.example/callback'

export interface World {
  readonly baseUrl: string
  readonly issuer: string
  readonly provider: ReturnType<typeof createProvider>
  readonly ciba: Ciba
  readonly users: Map<string, User>
  readonly events: OAuthEvent[]
  readonly errors: unknown[]
  /** Registers a client and returns the URL of an authorization request of it. */
  authorization(client?: ClientInput, parameters?: Readonly<Record<string, string>>): Promise<URL>
  stop(): Promise<void>
}

export interface WorldOptions {
  readonly branding?: BrandingOptions
  readonly features?: readonly Feature[]
  readonly pages?: Partial<PagesOptions<User>>
}

/** Starts a provider with the pages on a free port, over real HTTP: two users, sessions of this package, all features it has pages for. */
export async function startWorld({ branding, features = [], pages: more }: WorldOptions = {}): Promise<World> {
  const users = new Map([ada, grace].map((user) => [user.id, user]))
  const byEmail = (email: string) => [...users.values()].find((user) => user.email === email.toLowerCase())
  const events: OAuthEvent[] = []
  const errors: unknown[] = []
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://localhost:${(server.address() as AddressInfo).port}`
  const sessions = cookieSessions<User>({ baseUrl, getUser: (id) => users.get(id) })
  const provider = createProvider({
    ...pageUrls(more?.basePath),
    baseUrl,
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    storage: memoryStorage(),
    authentication: sessions,
    scopes: ['notes:read'],
    validAudiences: [`${baseUrl}/api`],
    ...(branding !== undefined && { branding }),
    features: [
      deviceAuthorization({ verificationUri: '/device' }),
      ciba({ resolveUser: ({ loginHint = '' }) => byEmail(loginHint)?.id, notifyUser: () => undefined }),
      ...features,
    ],
    onEvent: (event) => void events.push(event),
  })
  const pages = createPages<User>({
    provider,
    sessions,
    users: {
      authenticate: (typed) => (typed.password === password ? byEmail(typed.email) : undefined),
      signUp({ name, email }) {
        if (byEmail(email) !== undefined) return undefined
        const user = { id: `u${users.size + 1}`, name, email: email.toLowerCase() }
        users.set(user.id, user)
        return user
      },
    },
    scopes: { 'notes:read': { en: 'Read your notes', de: 'Ihre Notizen lesen' } },
    onError: (error) => void errors.push(error),
    ...more,
  })
  server.on('request', nodeListener(provider, pages.fetch))

  return {
    ...{ baseUrl, issuer: provider.issuer, provider: provider as World['provider'], users, events, errors },
    ciba: provider.features.ciba,
    async authorization(client = {}, parameters = {}) {
      const { client_id } = await provider.registerClient({
        client_name: 'Notes',
        redirect_uris: [redirectUri],
        scope: 'openid profile email offline_access notes:read',
        token_endpoint_auth_method: 'none',
        ...client,
      })
      const url = new URL(`${provider.issuer}/oauth2/authorize`)
      url.search = new URLSearchParams({
        ...{ client_id, redirect_uri: redirectUri, response_type: 'code', scope: 'openid profile', state: 's' },
        ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
        ...parameters,
      }).toString()
      return url
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
