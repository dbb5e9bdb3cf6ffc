import type { Provider, RegisteredClient, SigningAlgorithm } from '@oauth/core'
import { createLocalJWKSet, type JWTVerifyResult, jwtVerify } from 'jose'
import { assert, equal } from './assert.ts'
import { baseUrl, resource, type Server, user } from './server.ts'

// The journey that runs on every runtime. It uses only Web standards: `Request`, `Response`, `URL`, WebCrypto.

const redirectUri = 'https://app.example.com/callback'

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
}

/** Runs the whole journey once. Throws at the first wrong result. */
export async function smoke({ provider, algorithm, causes }: Server): Promise<void> {
  try {
    await journey(provider, algorithm)
  } catch (error) {
    const reasons = causes.splice(0).map((cause) => (cause instanceof Error ? cause.stack : String(cause)))
    throw new Error([String(error), ...reasons].join('\nbecause the server failed with '))
  }
}

async function journey(provider: Provider, algorithm: SigningAlgorithm): Promise<void> {
  const metadata = { ...(await discover(provider)), algorithm }
  const client = await provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: 'openid email offline_access notes:read',
    client_name: 'Smoke',
    skip_consent: true,
  })
  await requireLogin(provider, client)
  const { code, verifier } = await authorize(provider, client)
  const exchange = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
  const tokens = await token(provider, client, exchange)

  await verifyIdToken(provider, client, tokens, metadata)
  await readUserinfo(provider, tokens)
  await machineToken(provider, client, metadata)
  const renewed = await refreshTwice(provider, client, tokens)
  await revokeAndIntrospect(provider, client, renewed)
  await replay(provider, client, exchange, renewed)
}

async function discover(provider: Provider): Promise<Record<string, string>> {
  const response = await provider.fetch(new Request(`${baseUrl}/auth/.well-known/openid-configuration`))
  equal(response.status, 200, 'discovery')
  const metadata = (await response.json()) as Record<string, string>
  equal(metadata.issuer, provider.issuer, 'issuer in discovery')
  return metadata
}

/** Sends an authorization request without a session: the provider redirects to the login page and sets a cookie. */
async function requireLogin(provider: Provider, client: RegisteredClient): Promise<void> {
  const { challenge } = await createPkce()
  const response = await provider.fetch(new Request(authorizeUrl(provider, client, challenge), { redirect: 'manual' }))
  equal(response.status, 302, 'authorize without a session')
  assert(response.headers.get('location')?.startsWith(`${baseUrl}/login?`) === true, 'the login page')
  equal(response.headers.getSetCookie().length, 1, 'cookie of the interaction')
}

async function authorize(
  provider: Provider,
  client: RegisteredClient,
): Promise<{ readonly code: string; readonly verifier: string }> {
  const { challenge, verifier } = await createPkce()
  const headers = { cookie: 'session=1' }
  const response = await provider.fetch(
    new Request(authorizeUrl(provider, client, challenge), { headers, redirect: 'manual' }),
  )
  equal(response.status, 302, 'authorize')
  const location = new URL(response.headers.get('location') ?? '')
  equal(location.searchParams.get('state'), 'client-state', 'state')
  equal(location.searchParams.get('iss'), provider.issuer, 'iss of the authorization response')
  const code = location.searchParams.get('code')
  assert(code !== null, 'a code')
  return { code, verifier }
}

async function verifyIdToken(
  provider: Provider,
  client: RegisteredClient,
  tokens: Tokens,
  metadata: Record<string, string>,
): Promise<void> {
  const { payload, protectedHeader } = await verifyJwt(provider, tokens.id_token, client.client_id, metadata)
  equal(protectedHeader.alg, metadata.algorithm, 'algorithm of the ID token')
  equal(payload.sub, user.id, 'sub of the ID token')
  equal(payload.nonce, 'client-nonce', 'nonce of the ID token')
  assert(typeof payload.at_hash === 'string', 'at_hash of the ID token')
}

async function readUserinfo(provider: Provider, { access_token }: Tokens): Promise<void> {
  const request = new Request(`${provider.issuer}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  const response = await provider.fetch(request)
  equal(response.status, 200, 'userinfo')
  const claims = (await response.json()) as Record<string, unknown>
  equal(claims.sub, user.id, 'sub of userinfo')
  equal(claims.email, user.email, 'email of userinfo')
}

/** Requests a JWT access token for a resource, and verifies it as a resource server would. */
async function machineToken(
  provider: Provider,
  client: RegisteredClient,
  metadata: Record<string, string>,
): Promise<void> {
  const { access_token } = await token(provider, client, {
    grant_type: 'client_credentials',
    scope: 'notes:read',
    resource,
  })
  const { payload, protectedHeader } = await verifyJwt(provider, access_token, resource, metadata)
  equal(protectedHeader.alg, metadata.algorithm, 'algorithm of the access token')
  equal(protectedHeader.typ, 'at+jwt', 'type of the access token')
  equal(payload.client_id, client.client_id, 'client_id of the access token')
  const verified = await provider.verifyAccessToken(access_token, { audience: resource })
  equal(verified?.clientId, client.client_id, 'verifyAccessToken')
}

/** Sends a refresh token twice within the reuse window: both requests get the same successor. */
async function refreshTwice(provider: Provider, client: RegisteredClient, tokens: Tokens): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
  const renewed = await token(provider, client, form)
  assert(renewed.refresh_token !== tokens.refresh_token, 'the refresh token is rotated')
  const twin = await token(provider, client, form)
  equal(twin.refresh_token, renewed.refresh_token, 'successor of the twin')
  assert(twin.access_token !== renewed.access_token, 'the twin has an access token of its own')
  return renewed
}

async function revokeAndIntrospect(
  provider: Provider,
  client: RegisteredClient,
  { access_token }: Tokens,
): Promise<void> {
  equal(await isActive(provider, client, access_token), true, 'active before it is revoked')
  equal((await post(provider, client, '/oauth2/revoke', { token: access_token })).status, 200, 'revoke')
  equal(await isActive(provider, client, access_token), false, 'active after it is revoked')
}

/** Redeems a code twice: the second exchange fails, and the tokens of the first one are revoked. */
async function replay(
  provider: Provider,
  client: RegisteredClient,
  exchange: Record<string, string>,
  renewed: Tokens,
): Promise<void> {
  equal(await isActive(provider, client, renewed.refresh_token), true, 'active before the code is replayed')
  const response = await post(provider, client, '/oauth2/token', exchange)
  equal(response.status, 400, 'replayed code')
  equal(((await response.json()) as Record<string, unknown>).error, 'invalid_grant', 'error of a replayed code')
  equal(await isActive(provider, client, renewed.refresh_token), false, 'active after the code is replayed')
}

function authorizeUrl(provider: Provider, client: RegisteredClient, challenge: string): string {
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

function post(
  provider: Provider,
  client: RegisteredClient,
  path: string,
  form: Record<string, string>,
): Promise<Response> {
  const credentials = `${encodeURIComponent(client.client_id)}:${encodeURIComponent(client.client_secret ?? '')}`
  return provider.fetch(
    new Request(provider.issuer + path, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(credentials)}` },
      body: new URLSearchParams(form),
    }),
  )
}

async function token(provider: Provider, client: RegisteredClient, form: Record<string, string>): Promise<Tokens> {
  const response = await post(provider, client, '/oauth2/token', form)
  const text = await response.text()
  equal(response.status, 200, `${form.grant_type} ${text}`)
  return JSON.parse(text) as Tokens
}

async function isActive(provider: Provider, client: RegisteredClient, token: string): Promise<unknown> {
  const response = await post(provider, client, '/oauth2/introspect', { token })
  equal(response.status, 200, 'introspection')
  return ((await response.json()) as Record<string, unknown>).active
}

async function verifyJwt(
  provider: Provider,
  jwt: string,
  audience: string,
  metadata: Record<string, string>,
): Promise<JWTVerifyResult> {
  const response = await provider.fetch(new Request(metadata.jwks_uri ?? ''))
  equal(response.status, 200, 'JWKS')
  return jwtVerify(jwt, createLocalJWKSet(JSON.parse(await response.text())), { issuer: provider.issuer, audience })
}

/** Returns the keys in the JWKS. They stay the same as long as the provider can read the stored keys. */
export async function publishedKeys(provider: Provider): Promise<readonly unknown[]> {
  const response = await provider.fetch(new Request(`${provider.issuer}/jwks`))
  return ((await response.json()) as { readonly keys: readonly unknown[] }).keys
}
