import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { clientDocument, documentClient, startDocuments } from '../support/client-documents.ts'
import { ask, expectJsonError } from '../support/expectations.ts'
import { createLogoutWorld, isSignedIn, logoutUrl, registerEnding, signInAt } from '../support/logout.ts'
import { configure, openWorld, register, repeated } from '../support/registration.ts'
import { rpcOf } from '../support/rpc.ts'
import { chat, exchange, exchangeWorld, registerExchanging } from '../support/token-exchange.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, bob, type TestUser, type World, type WorldOptions } from '../support/world.ts'

const scope = 'openid profile email offline_access'
/** The names of all claims of scopes that the test users have. */
const names = ['name', 'given_name', 'family_name', 'email', 'email_verified']
const aboutUser = (claims: object) => names.filter((name) => name in claims)

async function start(options: WorldOptions = {}, input: ClientInput = {}) {
  const world = createQuickWorld({ clientCacheSeconds: 0, ...options })
  return { world, client: await registerConfidential(world, input) }
}

describe('claims of scopes are in ID tokens and nowhere else', () => {
  test('access tokens and introspection have no claims of scopes', async () => {
    const { world, client } = await start()
    const opaque = await getTokens(world, client, { scope })
    const jwt = await getTokens(world, client, { scope }, { resource: api })
    expect(aboutUser(claimsOf(opaque.id_token))).toHaveLength(names.length)
    expect(aboutUser(claimsOf(jwt.access_token))).toEqual([])
    for (const token of [opaque.access_token, opaque.refresh_token, jwt.access_token]) {
      const { body } = await introspect(world, client, token)
      expect([body.active, aboutUser(body)]).toEqual([true, []])
    }
  })

  test('no ID token leaves the server through the browser: response_type id_token is refused (OAuth 2.1, decision 0043)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    browser.signIn(alice)
    for (const response_type of ['id_token', 'code id_token', 'id_token token']) {
      const response = await ask(world, client, { scope, response_type, nonce: 'n' }, { browser })
      const location = response.headers.get('location') ?? ''
      expect(location).toContain('error=unsupported_response_type')
      expect(location).not.toContain('id_token=')
    }
  })

  test('an ID-JAG made of an ID token has no claims of its scopes (I03)', async () => {
    const world = exchangeWorld()
    const client = await registerExchanging(world)
    const { id_token } = await getTokens(world, client, { scope })
    expect(claimsOf(id_token).email).toBe(alice.email)
    const { body } = await exchange(world, client, id_token)
    expect(claimsOf(body.access_token).aud).toBe(chat)
    expect(aboutUser(claimsOf(body.access_token))).toEqual([])
  })

  test('the ID token of one user has no claim of another', async () => {
    const { world, client } = await start()
    const [first, second] = await Promise.all(
      [alice, bob].map(async (user) => {
        const pkce = createPkce()
        const browser = world.browser()
        const { url } = await browser.visit(authorizeUrl(world, client, pkce, { scope }), { user, accept: true })
        const parameters = new URL(url).searchParams
        const code = parameters.get('code') as string
        return claimsOf((await exchangeCode(world, client, { code, pkce, parameters, browser })).body.id_token)
      }),
    )
    expect([first?.sub, first?.email]).toEqual([alice.id, alice.email])
    expect([second?.sub, second?.email]).toEqual([bob.id, bob.email])
  })

  test('a user who is blocked gets no ID token, and the refused refresh says nothing about them', async () => {
    const { world, client } = await start()
    const { refresh_token } = await getTokens(world, client, { scope })
    world.users.delete(alice.id)
    const answer = await refresh(world, client, refresh_token)
    expectJsonError(answer, 400, 'invalid_grant')
    expect(JSON.stringify(answer.body)).not.toContain(alice.email)
  })
})

describe('an ID token has the claims of granted scopes alone', () => {
  test('scopes that the user did not grant give no claims', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const pkce = createPkce()
    const { url } = await browser.visit(authorizeUrl(world, client, pkce, { scope }), { user: alice })
    const response = await browser.request(`${world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { origin: new URL(world.issuer).origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({
        state: new URL(url).searchParams.get('state') ?? '',
        accept: 'true',
        scope: 'openid email',
      }),
    })
    const parameters = new URL(response.headers.get('location') ?? '').searchParams
    const code = parameters.get('code') as string
    const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect(body.scope).toBe('openid email')
    expect(aboutUser(claimsOf(body.id_token))).toEqual(['email', 'email_verified'])
  })

  test('a scope that the host takes from the client gives no claims in the next ID token, not by name either (C16)', async () => {
    const { world, client } = await start()
    const claims = JSON.stringify({ id_token: { email: null, name: null } })
    const { refresh_token } = await getTokens(world, client, { scope, claims })
    await world.provider.updateClient(client.client_id, { scope: 'openid profile offline_access' })
    const { body } = await refresh(world, client, refresh_token)
    expect(aboutUser(claimsOf(body.id_token))).toEqual(['name', 'given_name', 'family_name'])
  })

  test('a scope beside openid is needed: an access token for profile and email alone brings no ID token', async () => {
    const { world, client } = await start()
    expect(await getTokens(world, client, { scope: 'profile email' })).not.toHaveProperty('id_token')
  })
})

describe('no client decides for itself whether its ID tokens have claims (G14)', () => {
  /** Each way in which someone other than the host registers a client and changes it. */
  const ways: Readonly<Record<string, (world: World, changes: object) => Promise<{ readonly client_id: string }>>> = {
    'an anonymous registration': async (world, changes) =>
      (await register(world, { redirect_uris: [redirectUri], ...changes })).body,
    'a registration that is replaced (RFC 7592)': async (world, changes) => {
      const { body } = await register(world, { redirect_uris: [redirectUri] })
      return (await configure(world, body, 'PUT', repeated(body, changes))).body
    },
    'create-client by a user': async (world, changes) =>
      (await rpcOf(world, alice).post('/oauth2/create-client', { redirect_uris: [redirectUri], ...changes })).body,
    'update-client by a user': async (world, changes) => {
      const rpc = rpcOf(world, alice)
      const { client_id } = (await rpc.post('/oauth2/create-client', { redirect_uris: [redirectUri] })).body
      await rpc.post('/oauth2/update-client', { client_id, update: { client_name: 'Mine', ...changes } })
      return { client_id }
    },
  }

  test.each(Object.entries(ways).flatMap(([name, way]) => [true, false].map((value) => [name, value, way] as const)))(
    '%s with id_token_scope_claims: %s stores nothing of it (G14)',
    async (_name, value, way) => {
      const world = openWorld({ idTokenSigningAlgorithm: 'ES256' })
      const { client_id } = await way(world, { id_token_scope_claims: value })
      expect((await world.provider.getClient(client_id))?.metadata).toMatchObject({ redirect_uris: [redirectUri] })
      expect((await world.provider.getClient(client_id))?.metadata).not.toHaveProperty('id_token_scope_claims')
    },
  )

  test('what the server side set stays when the client replaces its registration, whatever it sends (G14)', async () => {
    const world = openWorld({ idTokenSigningAlgorithm: 'ES256' })
    let { body: client } = await register(world, { redirect_uris: [redirectUri] })
    await world.provider.updateClient(client.client_id, { id_token_scope_claims: false })
    for (const changes of [{}, { id_token_scope_claims: true }, { id_token_scope_claims: null }]) {
      const answer = await configure(world, client, 'PUT', repeated(client, changes))
      expect([answer.status, answer.body.id_token_scope_claims]).toEqual([200, false])
      client = { ...client, ...answer.body }
    }
  })

  test('an administrator sets it (decision 0043)', async () => {
    const world = createQuickWorld({ authorizeAdmin: () => true })
    const rpc = rpcOf(world, alice)
    const made = await rpc.post('/admin/oauth2/create-client', {
      redirect_uris: [redirectUri],
      id_token_scope_claims: false,
    })
    expect(made.body.id_token_scope_claims).toBe(false)
    const update = { client_id: made.body.client_id, update: { id_token_scope_claims: true } }
    expect((await rpc.post('/admin/oauth2/update-client', update)).body.id_token_scope_claims).toBe(true)
  })

  test('a client that is a document does not decide it: the server’s option does (K14)', async () => {
    const { world, publish } = await startDocuments({ idTokenScopeClaims: false })
    publish('https://app.example.com/client.json', clientDocument({ id_token_scope_claims: true }))
    const { id_token } = await getTokens(world, documentClient(), { scope: 'openid profile' })
    expect(aboutUser(claimsOf(id_token))).toEqual([])
  })
})

describe('an ID token with claims is good as a hint (F11)', () => {
  test('an ID token with a picture of three kilobytes ends its session as id_token_hint, by GET and by POST (F11)', async () => {
    for (const method of ['GET', 'POST']) {
      const world = createLogoutWorld()
      world.users.set(alice.id, { ...alice, picture: `data:image/png;base64,${'A'.repeat(3000)}` } as TestUser)
      const client = await registerEnding(world)
      const { browser, idToken } = await signInAt(world, client, { scope: 'openid profile email' })
      expect(claimsOf(idToken).picture).toHaveLength(3022)
      const url = logoutUrl(world, { id_token_hint: idToken })
      const init = { method, body: new URL(url).searchParams }
      await (method === 'GET' ? browser.request(url) : browser.request(`${world.issuer}/oauth2/end-session`, init))
      expect(isSignedIn(world, browser)).toBe(false)
    }
  })

  test('prompt=none with an ID token with claims as id_token_hint answers for its user alone (F11)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    browser.signIn(alice)
    const { id_token } = await getTokens(world, client, { scope })
    const parameters = { scope, prompt: 'none', id_token_hint: id_token }
    expect((await ask(world, client, parameters, { browser })).headers.get('location')).toContain('code=')
    browser.signIn(bob)
    const response = await ask(world, client, parameters, { browser })
    expect(response.headers.get('location')).toContain('error=login_required')
  })
})
