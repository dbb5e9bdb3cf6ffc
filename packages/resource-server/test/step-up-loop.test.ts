import { createProvider, type Provider, type Session } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import {
  createTokenVerifier,
  protect,
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
  requireScopes,
  type TokenVerifier,
} from '@oauth/resource-server'
import * as oauth from 'oauth4webapi'
import { afterAll, describe, expect, it } from 'vitest'
import { alice } from '../../core/test/support/world.ts'
import { closeSites, listen } from './support/site.ts'

const password = 'urn:example:password'
const mfa = 'urn:example:mfa'
const redirectUri = 'https://app.example.com/callback'
const insecure = { [oauth.allowInsecureRequests]: true }

afterAll(closeSites)

/** What the user has at hand on the login page. */
interface Host {
  secondFactor: boolean
  /** Seconds by which logins seem older than they are. */
  age: number
}

/** Starts an authorization server with pages, and an API that wants more for a POST than for a GET, over real HTTP. */
async function setUp(kind: 'jwt' | 'opaque' | 'local') {
  const [as, resource] = [await listen(), await listen()]
  const api = `${resource.origin}/payments`
  const host: Host = { secondFactor: true, age: 0 }
  const sessions = new Map<string, Session>()
  const cookieOf = (request: Request) => /session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''
  const provider: Provider = createProvider({
    baseUrl: as.origin,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: memoryStorage(),
    authentication: {
      getSession(request) {
        const session = sessions.get(cookieOf(request))
        return session && { user: alice, session }
      },
      getUser: (id) => (id === alice.id ? alice : undefined),
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
    disableJwtPlugin: kind === 'opaque',
    scopes: ['payments:read', 'payments:write'],
    validAudiences: [api],
    advertisedMetadata: { acrValuesSupported: [mfa, password] },
  })
  as.serve = async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/login') {
      const { returnTo, acrValues } = await provider.resolveLoginContext(request)
      const acr = acrValues.includes(mfa) && host.secondFactor ? mfa : password
      // Whoever is asked for a second factor that they do not have goes back as they came.
      if (acrValues.includes(mfa) && !host.secondFactor && sessions.has(cookieOf(request))) {
        return new Response(null, { status: 303, headers: { location: returnTo } })
      }
      const id = crypto.randomUUID()
      sessions.set(id, { id, authTime: Math.floor(Date.now() / 1000) - host.age, acr })
      return new Response(null, {
        status: 303,
        headers: { location: returnTo, 'set-cookie': `session=${id}; Path=/; HttpOnly` },
      })
    }
    return pathname === '/consent' ? new Response('consent') : provider.fetch(request)
  }

  const introspector = await provider.registerClient({
    client_id: api,
    redirect_uris: [],
    grant_types: ['client_credentials'],
  })
  const introspection = { clientId: api, clientSecret: introspector.client_secret ?? '' }
  const verifiers: Record<typeof kind, () => TokenVerifier> = {
    jwt: () => createTokenVerifier({ issuer: provider.issuer, audience: api }),
    opaque: () => createTokenVerifier({ issuer: provider.issuer, audience: api, introspection }),
    local: () => createTokenVerifier({ audience: api, verifyWith: provider.verifyAccessToken }),
  }
  const resourceMetadata = protectedResourceMetadataUrl(api)
  const metadata = protectedResourceMetadataHandler(api, {
    provider,
    scopesSupported: ['payments:read', 'payments:write'],
  })
  const options = { verifier: verifiers[kind](), resourceMetadata, scopes: ['payments:read'] }
  const read = protect(options)((_, token) => Response.json({ acr: token.acr, source: token.source }))
  const pay = protect({ ...options, acr: [mfa], maxAge: 120 })((_, token) => {
    requireScopes(token, ['payments:write'])
    return Response.json({ acr: token.acr, source: token.source })
  })
  resource.serve = (request) => {
    if (request.url === resourceMetadata) return metadata(request)
    return request.method === 'POST' ? pay(request) : read(request)
  }
  return { provider, api, host }
}

type Setup = Awaited<ReturnType<typeof setUp>>

/** A client that knows only the API, with the browser of its user. */
async function createClient({ provider, api }: Setup) {
  const { client_id, client_secret = '' } = await provider.registerClient({
    redirect_uris: [redirectUri],
    scope: 'payments:read payments:write',
  })
  const client: oauth.Client = { client_id }
  const authentication = oauth.ClientSecretBasic(client_secret)
  const cookies = new Map<string, string>()
  const asked = new Set<string>()

  async function go(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ')
    const headers = { ...init.headers, ...(cookie !== '' && { cookie }) }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    return response
  }

  /** Follows redirects through the pages to the client's redirect URI. The user allows what is asked for. */
  async function browse(url: string): Promise<URL> {
    let response = await go(url)
    let current = url
    for (let hops = 0; hops < 12; hops++) {
      current = response.headers.get('location') ?? expect.fail(`stopped at ${current} with ${response.status}`)
      if (current.startsWith(redirectUri)) return new URL(current)
      if (new URL(current).pathname === '/consent') {
        const state = new URL(current).searchParams.get('state') ?? ''
        const headers = { origin: new URL(provider.issuer).origin }
        const body = new URLSearchParams({ state, accept: 'true' })
        response = await go(`${provider.issuer}/oauth2/consent`, { method: 'POST', headers, body })
      } else {
        response = await go(current)
      }
    }
    return expect.fail('went round in circles')
  }

  /** Does what a challenge says: asks the authorization server that the metadata of the resource name. */
  async function authorizeFor(challenge: string): Promise<string> {
    const value = (name: string) => new RegExp(`[ ,]${name}="([^"]*)"`).exec(challenge)?.[1]
    const { authorization_servers = [] } = (await (await fetch(value('resource_metadata') ?? '')).json()) as {
      authorization_servers?: string[]
    }
    const issuer = new URL(authorization_servers[0] ?? '')
    const discovered = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure })
    const as = await oauth.processDiscoveryResponse(issuer, discovered)
    for (const one of (value('scope') ?? '').split(' ')) asked.add(one)
    const verifier = oauth.generateRandomCodeVerifier()
    const url = new URL(as.authorization_endpoint ?? '')
    const parameters = {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      scope: [...asked].join(' '),
      resource: api,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      acr_values: value('acr_values'),
      max_age: value('max_age'),
    }
    for (const [name, text] of Object.entries(parameters)) if (text) url.searchParams.set(name, text)
    const answer = oauth.validateAuthResponse(as, client, await browse(url.href), oauth.expectNoState)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      answer,
      redirectUri,
      verifier,
      { additionalParameters: { resource: api }, ...insecure },
    )
    return (await oauth.processAuthorizationCodeResponse(as, client, response)).access_token
  }

  async function call(method: 'GET' | 'POST', token?: string) {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const response = await fetch(api, { method, headers })
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate') ?? '',
      body: await response.json(),
    }
  }
  return { call, authorizeFor }
}

const sources = { jwt: 'jwt', opaque: 'introspection', local: 'local' } as const

describe.each(['jwt', 'opaque', 'local'] as const)('a resource that verifies tokens by %s', (kind) => {
  it(`a client goes from the challenge to authorize with acr_values and max_age, gets a token and pays (${kind}; S02, S08, S11)`, async () => {
    const setup = await setUp(kind)
    const { call, authorizeFor } = await createClient(setup)
    setup.host.age = 300 // The first login was five minutes ago.
    const first = await call('GET')
    expect(first.challenge).not.toContain('acr_values')
    const weak = await authorizeFor(first.challenge)
    expect(await call('GET', weak)).toMatchObject({ status: 200, body: { acr: password, source: sources[kind] } })

    setup.host.age = 0
    const refused = await call('POST', weak)
    expect(refused.status).toBe(401)
    expect(refused.challenge).toContain('error="insufficient_user_authentication"')
    expect(refused.challenge).toContain(`scope="payments:read", acr_values="${mfa}", max_age="120"`)
    const strong = await authorizeFor(refused.challenge)
    const lacking = await call('POST', strong)
    expect(lacking).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } })
    expect(lacking.challenge).toContain('scope="payments:read payments:write"')

    const wider = await authorizeFor(lacking.challenge)
    expect(await call('POST', wider)).toMatchObject({ status: 200, body: { acr: mfa, source: sources[kind] } })
    // The tokens from before the step-up are as good as they were.
    expect((await call('GET', weak)).status).toBe(200)
    expect((await call('POST', strong)).status).toBe(403)
  })

  it(`a user without a second factor: the client gets unmet_authentication_requirements, and the old token works (${kind}; S05, S07)`, async () => {
    const setup = await setUp(kind)
    const { call, authorizeFor } = await createClient(setup)
    const weak = await authorizeFor((await call('GET')).challenge)
    setup.host.secondFactor = false
    const refused = await call('POST', weak)
    await expect(authorizeFor(refused.challenge)).rejects.toMatchObject({ error: 'unmet_authentication_requirements' })
    expect((await call('GET', weak)).status).toBe(200)
  })
})
