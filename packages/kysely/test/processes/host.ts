import { createHash, randomBytes } from 'node:crypto'
import { createProvider, type OAuthEvent, type Provider, type Storage } from '@oauth/core'
import { ciba } from '@oauth/core/features/backchannel-authentication'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { assertedUser, exchangeFeatures, exchangeGrantTypes } from './exchange.ts'

const baseUrl = 'https://id.example.com'
export const issuer = `${baseUrl}/auth`
const redirectUri = 'https://app.example.com/callback'
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code'
export const cibaGrantType = 'urn:openid:params:grant-type:ciba'
export const resource = 'https://api.example.com'
const user = { id: 'alice', name: 'Alice' }

/** The response of a process to a request. */
export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered, read by assertions
  readonly body: any
}

export interface Client {
  readonly client_id: string
  readonly client_secret: string
}

export interface AuthorizedCode {
  readonly code: string
  readonly verifier: string
}

/** A request of the user's browser to a path below the issuer. */
export interface BrowserRequest {
  readonly path: string
  readonly form: Readonly<Record<string, string>>
  /** The cookies that the browser has. */
  readonly cookie?: string
}

export interface BrowserAnswer {
  readonly status: number
  readonly location: string | null
  /** The cookies that the browser has now. */
  readonly cookie: string
}

/** A provider whose only user is always signed in, and the requests of a client. */
export interface Host {
  readonly provider: Provider
  readonly events: readonly OAuthEvent[]
  /** Returns the causes of failed requests, which the responses do not contain. */
  causes(): readonly unknown[]
  /** Registers a client: one that users trust, or one that asks for their consent. */
  register(trusted?: boolean): Promise<Client>
  /** Runs an authorization request to its code. The user approves on the consent page, if there is one. */
  authorize(client: Client): Promise<AuthorizedCode>
  post(client: Client, path: string, form: Readonly<Record<string, string>>): Promise<Answer>
  browse(request: BrowserRequest): Promise<BrowserAnswer>
}

/** @param opaque whether clients that name no resource get opaque access tokens */
export function createHost(storage: Storage, keyCacheSeconds = 60, opaque = false): Host {
  const events: OAuthEvent[] = []
  const provider = createProvider({
    logger: false,
    baseUrl,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [resource],
    ...(opaque && { defaultResource: false as const }),
    // Do not use RSA, whose keys take a hundred times longer to make.
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
    clientCacheSeconds: 0,
    keyCacheSeconds,
    features: [
      deviceAuthorization({ verificationUri: '/device' }),
      ciba({
        resolveUser: ({ loginHint }) => (loginHint === user.id ? user.id : undefined),
        notifyUser: () => {},
        prompts: { perClient: 60, perUser: 1000 },
      }),
      ...exchangeFeatures,
    ],
    onEvent: (event) => events.push(event),
    authentication: {
      getSession: () => ({ user, session: { id: 'session', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: (id) => [user, assertedUser].find((one) => one.id === id),
    },
  })
  return {
    provider,
    events,
    causes: () => events.flatMap((event) => (event.type === 'request.failed' ? event.cause : [])),
    async register(trusted = true) {
      const { client_id, client_secret = '' } = await provider.registerClient({
        redirect_uris: [redirectUri],
        grant_types: [
          'authorization_code',
          'refresh_token',
          'client_credentials',
          deviceGrantType,
          cibaGrantType,
          ...exchangeGrantTypes,
        ],
        backchannel_token_delivery_mode: 'poll',
        scope: 'openid offline_access notes:read',
        skip_consent: trusted,
      })
      return { client_id, client_secret }
    },
    async authorize({ client_id }) {
      const verifier = randomBytes(32).toString('base64url')
      const url = new URL(`${provider.issuer}/oauth2/authorize`)
      url.search = new URLSearchParams({
        response_type: 'code',
        client_id,
        redirect_uri: redirectUri,
        scope: 'openid offline_access notes:read',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      }).toString()
      const asked = await provider.fetch(new Request(url))
      const response = asked.headers.get('location')?.includes('/consent?') ? await approve(provider, asked) : asked
      const location = response.headers.get('location') ?? ''
      const code = URL.canParse(location) ? new URL(location).searchParams.get('code') : null
      if (code === null) throw new Error(`no code: ${response.status} ${location} ${await response.text()}`)
      return { code, verifier }
    },
    async post({ client_id, client_secret }, path, form) {
      const response = await provider.fetch(
        new Request(provider.issuer + path, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${client_id}:${encodeURIComponent(client_secret)}`)}` },
          body: new URLSearchParams(form),
        }),
      )
      const text = await response.text()
      const body = text === '' ? undefined : JSON.parse(text)
      return { status: response.status, retryAfter: response.headers.get('retry-after'), body }
    },
    async browse({ path, form, cookie = '' }) {
      const headers = { origin: baseUrl, 'sec-fetch-site': 'same-origin', ...(cookie !== '' && { cookie }) }
      const body = new URLSearchParams(form)
      const response = await provider.fetch(new Request(provider.issuer + path, { method: 'POST', headers, body }))
      const set = response.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
      const { status } = response
      return { status, location: response.headers.get('location'), cookie: [cookie, ...set].filter(Boolean).join('; ') }
    },
  }
}

/** Approves on the consent page to which a response leads. */
function approve(provider: Provider, page: Response): Promise<Response> {
  const location = page.headers.get('location') as string
  const cookie = page.headers.getSetCookie().map((one) => one.split(';')[0])
  return provider.fetch(
    new Request(`${provider.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { cookie: cookie.join('; '), origin: new URL(provider.issuer).origin },
      body: new URLSearchParams({ state: new URL(location).searchParams.get('state') ?? '', accept: 'true' }),
    }),
  )
}

export function codeForm({ code, verifier }: AuthorizedCode): Readonly<Record<string, string>> {
  return { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri }
}

export function refreshForm(refreshToken: string): Readonly<Record<string, string>> {
  return { grant_type: 'refresh_token', refresh_token: refreshToken }
}
