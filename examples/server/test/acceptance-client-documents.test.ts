import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createProvider, type OAuthEvent, type Provider } from '@oauth/core'
import { clientIdMetadataDocuments } from '@oauth/core/features/client-id-metadata-documents'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const redirectUri = 'http://127.0.0.1:4711/callback'
const http = { [oauth.allowInsecureRequests]: true } as const
const timeout = 60_000
const users = new Map(['ada', 'grace'].map((id) => [id, { id, email: `${id}@example.com`, emailVerified: true }]))

type Listener = Parameters<typeof createServer>[1]

async function listen(listener: Listener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A provider on SQLite whose user is named by a cookie. */
async function startProvider() {
  const events: OAuthEvent[] = []
  let provider: Provider | undefined
  const listening = await listen(getRequestListener((request) => (provider as Provider).fetch(request)))
  const authTime = Math.floor(Date.now() / 1000)
  const storage = sqliteStorage(':memory:')
  provider = createProvider({
    logger: false,
    baseUrl: listening.origin,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: {
      getSession(request) {
        const user = users.get(/(?:^|; )user=(\w+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '')
        return user && { user, session: { id: `session-${user.id}`, authTime } }
      },
      getUser: (id) => users.get(id),
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    validAudiences: ['https://mcp.example.com/mcp'],
    features: [clientIdMetadataDocuments({ allowLoopback: true }), privateKeyJwt()],
    dangerouslyAllowPrivateAddresses: true,
    onEvent: (event) => events.push(event),
  })
  return { provider, storage, events, stop: listening.stop }
}

/** Publishes the document of an agent at its own URL, and its keys. */
async function publishAgent(changes: object = {}, keys: object = { keys: [] }) {
  const fetched: string[] = []
  const { origin, stop } = await listen((request, response) => {
    fetched.push(request.url ?? '')
    const document = {
      client_id: `${origin}/agent.json`,
      client_name: 'An agent',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...changes,
      ...('token_endpoint_auth_method' in changes && { jwks_uri: `${origin}/jwks.json` }),
    }
    const body = JSON.stringify(request.url === '/agent.json' ? document : keys)
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'max-age=3600' }).end(body)
  })
  return { clientId: `${origin}/agent.json`, fetched, stop }
}

/** Opens an authorization URL in the browser of a user, who consents. Returns where the browser ends. */
async function approve(provider: Provider, authorizationUrl: URL, user: string): Promise<URL> {
  const cookies = new Map([['user', user]])
  const send = async (url: URL | string, init: RequestInit = {}): Promise<URL> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', ...init, headers: { ...init.headers, cookie } })
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=')
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    if (location === null) throw new Error(`${response.status} ${await response.text()}`)
    return new URL(location)
  }
  const page = await send(authorizationUrl)
  if (page.pathname !== '/consent') return page
  const origin = new URL(provider.issuer).origin
  const body = new URLSearchParams({ state: page.searchParams.get('state') ?? '', accept: 'true' })
  return send(`${provider.issuer}/oauth2/consent`, { method: 'POST', headers: { origin }, body })
}

describe('client documents, with independent client libraries on SQLite', () => {
  let running: Awaited<ReturnType<typeof startProvider>>
  let as: oauth.AuthorizationServer

  beforeAll(async () => {
    running = await startProvider()
    const issuer = new URL(running.provider.issuer)
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
  }, timeout)

  afterAll(async () => {
    await running?.stop()
    expect(running?.events.filter(({ type }) => type === 'request.failed')).toEqual([])
  })

  /** Runs the code flow of oauth4webapi for a user, and returns the tokens. */
  async function signIn(clientId: string, auth: oauth.ClientAuth, user = 'ada') {
    const client: oauth.Client = { client_id: clientId }
    const [state, verifier] = [oauth.generateRandomState(), oauth.generateRandomCodeVerifier()]
    const url = new URL(String(as.authorization_endpoint))
    url.search = new URLSearchParams({
      ...{ client_id: clientId, redirect_uri: redirectUri, response_type: 'code', state },
      ...{ scope: 'openid email offline_access', resource: 'https://mcp.example.com/mcp' },
      ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    }).toString()
    const callback = oauth.validateAuthResponse(as, client, await approve(running.provider, url, user), state)
    const response = await oauth.authorizationCodeGrantRequest(as, client, auth, callback, redirectUri, verifier, http)
    return oauth.processAuthorizationCodeResponse(as, client, response, { requireIdToken: true })
  }

  const refreshed = async (clientId: string, auth: oauth.ClientAuth, refreshToken: string | undefined) => {
    const client: oauth.Client = { client_id: clientId }
    const response = await oauth.refreshTokenGrantRequest(as, client, auth, refreshToken ?? '', http)
    return oauth.processRefreshTokenResponse(as, client, response)
  }

  test('oauth4webapi finds the flag, signs a user in with the URL of a document, refreshes and revokes (K17, K22)', {
    timeout,
  }, async () => {
    expect(as.client_id_metadata_document_supported).toBe(true)
    const agent = await publishAgent()
    try {
      const tokens = await signIn(agent.clientId, oauth.None())
      expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: agent.clientId, sub: 'ada' })
      const next = await refreshed(agent.clientId, oauth.None(), tokens.refresh_token)
      const verified = await running.provider.verifyAccessToken(next.access_token)
      expect(verified).toMatchObject({ clientId: agent.clientId, userId: 'ada' })
      const client = { client_id: agent.clientId }
      const answer = await oauth.revocationRequest(as, client, oauth.None(), next.refresh_token ?? '', http)
      await oauth.processRevocationResponse(answer)
      expect(await running.provider.verifyAccessToken(next.access_token)).toBeUndefined()
      expect(agent.fetched).toEqual(['/agent.json'])
      expect(await running.storage.clients.list({ limit: 10 })).toEqual([])
    } finally {
      await agent.stop()
    }
  })

  test('oauth4webapi authenticates a document with private_key_jwt: code, refresh, introspection, revocation (K13, K22)', {
    timeout,
  }, async () => {
    const { publicKey, privateKey } = await oauth.generateKeyPair('ES256', { extractable: true })
    const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'one', alg: 'ES256' }
    const agent = await publishAgent(
      { token_endpoint_auth_method: 'private_key_jwt', redirect_uris: [redirectUri] },
      { keys: [jwk] },
    )
    const auth = oauth.PrivateKeyJwt({ key: privateKey, kid: 'one' })
    try {
      const client = { client_id: agent.clientId }
      const tokens = await signIn(agent.clientId, auth)
      const next = await refreshed(agent.clientId, auth, tokens.refresh_token)
      const introspect = async () =>
        oauth.processIntrospectionResponse(
          as,
          client,
          await oauth.introspectionRequest(as, client, auth, next.access_token, http),
        )
      expect(await introspect()).toMatchObject({ active: true, client_id: agent.clientId, sub: 'ada' })
      await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, next.access_token, http))
      expect((await introspect()).active).toBe(false)
      await expect(signIn(agent.clientId, oauth.None())).rejects.toMatchObject({ error: 'invalid_client' })
      expect(agent.fetched).toEqual(['/agent.json', '/jwks.json'])
    } finally {
      await agent.stop()
    }
  })

  test('two users of one document have grants of their own (K23)', { timeout }, async () => {
    const agent = await publishAgent()
    try {
      const ada = await signIn(agent.clientId, oauth.None(), 'ada')
      const grace = await signIn(agent.clientId, oauth.None(), 'grace')
      expect(await running.provider.revokeUserGrants('ada', { clientId: agent.clientId })).toBe(1)
      await expect(refreshed(agent.clientId, oauth.None(), ada.refresh_token)).rejects.toMatchObject({
        error: 'invalid_grant',
      })
      expect(await running.provider.verifyAccessToken(grace.access_token)).toMatchObject({ userId: 'grace' })
      expect((await refreshed(agent.clientId, oauth.None(), grace.refresh_token)).access_token).toBeTypeOf('string')
    } finally {
      await agent.stop()
    }
  })

  test('openid-client signs a user in with the URL of a document, and refreshes (K22)', { timeout }, async () => {
    const agent = await publishAgent()
    try {
      const config = await openid.discovery(
        new URL(running.provider.issuer),
        agent.clientId,
        undefined,
        openid.None(),
        { execute: [openid.allowInsecureRequests] },
      )
      const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
      const url = openid.buildAuthorizationUrl(config, {
        ...{ redirect_uri: redirectUri, scope: 'openid offline_access', state },
        ...{ code_challenge: await openid.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
      })
      const callback = await approve(running.provider, url, 'grace')
      const checks = { pkceCodeVerifier: verifier, expectedState: state }
      const tokens = await openid.authorizationCodeGrant(config, callback, checks)
      expect(tokens.claims()).toMatchObject({ aud: agent.clientId, sub: 'grace' })
      expect((await openid.refreshTokenGrant(config, tokens.refresh_token ?? '')).access_token).toBeTypeOf('string')
    } finally {
      await agent.stop()
    }
  })
})
