import { createProvider, type Provider, type RegisteredClient } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { createLocalJWKSet, type JWTVerifyResult, jwtVerify } from 'jose'
import { assert, equal } from './assert.ts'

// The one journey that every runtime makes, with nothing but Web standards: `Request`, `Response`, `URL`, WebCrypto.

const baseUrl = 'https://id.example.com'
const redirectUri = 'https://app.example.com/callback'
const resource = 'https://api.example.com'
const user = { id: 'user-alice', name: 'Alice Archer', email: 'alice@example.com', emailVerified: true }

/** Why the server failed, which no answer of its tells. */
const causes: unknown[] = []

/** As in an application: made while the module loads, where workerd allows neither I/O nor randomness. */
const provider: Provider = createProvider({
  baseUrl,
  secret: 'a-secret-for-the-smoke-test-with-enough-characters',
  storage: memoryStorage(),
  loginUrl: '/login',
  consentUrl: '/consent',
  scopes: ['notes:read'],
  validAudiences: [resource],
  onEvent: (event) => {
    if (event.type === 'request.failed') causes.push(event.cause)
  },
  authentication: {
    getSession: (request) =>
      request.headers.get('cookie') === 'session=1'
        ? { user, session: { id: 'session-1', authTime: Math.floor(Date.now() / 1000) } }
        : undefined,
    getUser: (id) => (id === user.id ? user : undefined),
  },
})

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
}

/** Makes the whole journey once; throws at the first thing that is not as it must be. */
export async function smoke(): Promise<void> {
  try {
    await journey()
  } catch (error) {
    const reasons = causes.splice(0).map((cause) => (cause instanceof Error ? cause.stack : String(cause)))
    throw new Error([String(error), ...reasons].join('\nbecause the server failed with '))
  }
}

async function journey(): Promise<void> {
  const metadata = await discover()
  const client = await provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: 'openid email offline_access notes:read',
    client_name: 'Smoke',
    skip_consent: true,
  })
  await requireLogin(client)
  const { code, verifier } = await authorize(client)
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const tokens = await token(client, exchange)

  await verifyIdToken(client, tokens, metadata)
  await readUserinfo(tokens)
  await machineToken(client, metadata)
  const renewed = await refreshTwice(client, tokens)
  await revokeAndIntrospect(client, renewed)
  await replay(client, exchange, renewed)
}

async function discover(): Promise<Record<string, string>> {
  const response = await provider.fetch(new Request(`${baseUrl}/auth/.well-known/openid-configuration`))
  equal(response.status, 200, 'discovery')
  const metadata = (await response.json()) as Record<string, string>
  equal(metadata.issuer, provider.issuer, 'issuer in discovery')
  return metadata
}

/** Nobody is signed in: the browser goes to the host's login page, and comes with a cookie that binds it. */
async function requireLogin(client: RegisteredClient): Promise<void> {
  const { challenge } = await createPkce()
  const response = await provider.fetch(new Request(authorizeUrl(client, challenge), { redirect: 'manual' }))
  equal(response.status, 302, 'authorize without a session')
  assert(response.headers.get('location')?.startsWith(`${baseUrl}/login?`) === true, 'the login page')
  equal(response.headers.getSetCookie().length, 1, 'cookie of the interaction')
}

async function authorize(client: RegisteredClient): Promise<{ readonly code: string; readonly verifier: string }> {
  const { challenge, verifier } = await createPkce()
  const headers = { cookie: 'session=1' }
  const response = await provider.fetch(new Request(authorizeUrl(client, challenge), { headers, redirect: 'manual' }))
  equal(response.status, 302, 'authorize')
  const location = new URL(response.headers.get('location') ?? '')
  equal(location.searchParams.get('state'), 'client-state', 'state')
  equal(location.searchParams.get('iss'), provider.issuer, 'iss of the authorization response')
  const code = location.searchParams.get('code')
  assert(code !== null, 'a code')
  return { code, verifier }
}

async function verifyIdToken(
  client: RegisteredClient,
  tokens: Tokens,
  metadata: Record<string, string>,
): Promise<void> {
  const { payload, protectedHeader } = await verifyJwt(tokens.id_token, client.client_id, metadata)
  equal(protectedHeader.alg, 'RS256', 'algorithm of the ID token')
  equal(payload.sub, user.id, 'sub of the ID token')
  equal(payload.nonce, 'client-nonce', 'nonce of the ID token')
  assert(typeof payload.at_hash === 'string', 'at_hash of the ID token')
}

async function readUserinfo({ access_token }: Tokens): Promise<void> {
  const request = new Request(`${provider.issuer}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  const response = await provider.fetch(request)
  equal(response.status, 200, 'userinfo')
  const claims = (await response.json()) as Record<string, unknown>
  equal(claims.sub, user.id, 'sub of userinfo')
  equal(claims.email, user.email, 'email of userinfo')
}

/** A JWT access token for a resource, verified as its resource server would. */
async function machineToken(client: RegisteredClient, metadata: Record<string, string>): Promise<void> {
  const { access_token } = await token(client, { grant_type: 'client_credentials', scope: 'notes:read', resource })
  const { payload, protectedHeader } = await verifyJwt(access_token, resource, metadata)
  equal(protectedHeader.alg, 'ES256', 'algorithm of the access token')
  equal(protectedHeader.typ, 'at+jwt', 'type of the access token')
  equal(payload.client_id, client.client_id, 'client_id of the access token')
  const verified = await provider.verifyAccessToken(access_token, { audience: resource })
  equal(verified?.clientId, client.client_id, 'verifyAccessToken')
}

/** The same refresh token twice inside the reuse window: the same successor for both. */
async function refreshTwice(client: RegisteredClient, tokens: Tokens): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  const renewed = await token(client, form)
  assert(renewed.refresh_token !== tokens.refresh_token, 'the refresh token is rotated')
  const twin = await token(client, form)
  equal(twin.refresh_token, renewed.refresh_token, 'successor of the twin')
  assert(twin.access_token !== renewed.access_token, 'the twin has an access token of its own')
  return renewed
}

async function revokeAndIntrospect(client: RegisteredClient, { access_token }: Tokens): Promise<void> {
  equal(await isActive(client, access_token), true, 'active before it is revoked')
  equal((await post(client, '/oauth2/revoke', { token: access_token })).status, 200, 'revoke')
  equal(await isActive(client, access_token), false, 'active after it is revoked')
}

/** A code that comes again gets nothing, and what it brought the first time dies. */
async function replay(client: RegisteredClient, exchange: Record<string, string>, renewed: Tokens): Promise<void> {
  equal(await isActive(client, renewed.refresh_token), true, 'active before the code is replayed')
  const response = await post(client, '/oauth2/token', exchange)
  equal(response.status, 400, 'replayed code')
  equal(((await response.json()) as Record<string, unknown>).error, 'invalid_grant', 'error of a replayed code')
  equal(await isActive(client, renewed.refresh_token), false, 'active after the code is replayed')
}

function authorizeUrl(client: RegisteredClient, challenge: string): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'openid email offline_access',
    state: 'client-state',
    nonce: 'client-nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  return `${provider.issuer}/oauth2/authorize?${parameters}`
}

async function createPkce(): Promise<{ readonly verifier: string; readonly challenge: string }> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return { verifier, challenge: base64url(new Uint8Array(digest)) }
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function post(client: RegisteredClient, path: string, form: Record<string, string>): Promise<Response> {
  const credentials = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(client.client_secret ?? '')}`
  return provider.fetch(
    new Request(provider.issuer + path, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams(form),
    }),
  )
}

async function token(client: RegisteredClient, form: Record<string, string>): Promise<Tokens> {
  const response = await post(client, '/oauth2/token', form)
  const text = await response.text()
  equal(response.status, 200, `${form.grant_type} ${text}`)
  return JSON.parse(text) as Tokens
}

async function isActive(client: RegisteredClient, token: string): Promise<unknown> {
  const response = await post(client, '/oauth2/introspect', { token })
  equal(response.status, 200, 'introspection')
  return ((await response.json()) as Record<string, unknown>).active
}

async function verifyJwt(jwt: string, audience: string, metadata: Record<string, string>): Promise<JWTVerifyResult> {
  const response = await provider.fetch(new Request(metadata.jwks_uri ?? ''))
  equal(response.status, 200, 'JWKS')
  return jwtVerify(jwt, createLocalJWKSet(JSON.parse(await response.text())), { issuer: provider.issuer, audience })
}
