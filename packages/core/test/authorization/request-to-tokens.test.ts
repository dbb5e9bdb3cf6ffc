import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  getTokens,
  redirectUri,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { createLogoutWorld, logoutUrl } from '../support/logout.ts'
import { api, createQuickWorld, idOf, introspect } from '../support/tokens.ts'
import { alice, issuer } from '../support/world.ts'

async function refusal(response: Response, world: ReturnType<typeof createQuickWorld>, uri = redirectUri) {
  return Object.fromEntries(expectErrorRedirect(world, response, uri, 'invalid_request'))
}

describe('authorize', () => {
  test('a public client without PKCE is refused (seed B30)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world)
    expect(await refusal(await ask(world, client, {}, { pkce: undefined }), world)).toEqual({
      error: 'invalid_request',
      error_description: 'pkce is required for public clients',
      state: 'client-state',
      iss: issuer,
    })
  })

  test('offline_access without PKCE is refused, even of a client that is exempt from it (seed B31)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { require_pkce: false })
    expect(
      await refusal(await ask(world, client, { scope: 'openid offline_access' }, { pkce: undefined }), world),
    ).toEqual({
      error: 'invalid_request',
      error_description:
        'pkce is required when requesting offline_access scope, also for clients with require_pkce: false',
      state: 'client-state',
      iss: issuer,
    })
  })

  test('a client that needs PKCE is told so first, also where it asks for offline_access', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    for (const scope of ['openid', 'openid offline_access']) {
      const { error_description } = await refusal(await ask(world, client, { scope }, { pkce: undefined }), world)
      expect(error_description).toBe('pkce is required for this client')
    }
  })

  test('an exempt confidential client without PKCE gets an access token and an ID token, and no refresh token (seed B32, B85)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { require_pkce: false })
    const browser = world.browser()
    const url = authorizeUrl(world, client, undefined, { scope: 'openid email' })
    const answer = new URL((await browser.visit(url, { user: alice, accept: true })).url).searchParams
    const authorized = { code: answer.get('code') as string, pkce: createPkce(), parameters: answer, browser }
    const { status, body } = await exchangeCode(world, client, authorized, { code_verifier: undefined })
    expect(status).toBe(200)
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'id_token', 'scope', 'token_type'])
  })

  test('a loopback redirect with another port works at the authorization and the token endpoint (seed B33)', async () => {
    const world = createQuickWorld()
    const client = await registerPublic(world, { redirect_uris: ['http://127.0.0.1/callback'] })
    const redirect_uri = 'http://127.0.0.1:43123/callback'
    const authorized = await authorize(world, client, { redirect_uri })
    expect((await exchangeCode(world, client, authorized, { redirect_uri })).status).toBe(200)
  })

  test.each([
    ['another port on a host that is not loopback', 'seed B34', redirectUri, 'https://app.example.com:8443/callback'],
    ['another path on loopback', 'seed B35', 'http://127.0.0.1/callback', 'http://127.0.0.1:43123/other'],
  ])(
    'a redirect URI with %s shows an error page that names the URI, and does not redirect (%s)',
    async (_name, _line, registered, redirect_uri) => {
      const world = createQuickWorld()
      const client = await registerPublic(world, { redirect_uris: [registered] })
      const html = await expectErrorPage(await ask(world, client, { redirect_uri }), 400, 'invalid_request')
      expect(html).toContain(redirect_uri)
      const url = authorizeUrl(world, client, createPkce(), { redirect_uri })
      const asScript = await world.browser().request(url, { headers: { accept: 'application/json' } })
      const description = `Redirect URI '${redirect_uri}' not registered for client`
      const body = { error: 'invalid_request', error_description: description }
      expect([asScript.status, await asScript.json()]).toEqual([400, expect.objectContaining(body)])
    },
  )

  test('two consents are kept as their union: within it the user is not asked, beyond it they are (seed B49, B54)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { browser } = await authorize(world, client, { scope: 'openid email' })
    const pathFor = async (scope: string) =>
      new URL((await browser.visit(authorizeUrl(world, client, createPkce(), { scope }))).url).pathname
    expect(await pathFor('openid email profile')).toBe('/consent')
    await authorize(world, client, { scope: 'openid profile' }, { browser })
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    expect([...(consent?.scope ?? [])].sort()).toEqual(['email', 'openid', 'profile'])
    expect([await pathFor('openid email profile'), await pathFor('email')]).toEqual(['/callback', '/callback'])
    expect(await pathFor('openid email profile notes:read')).toBe('/consent')
  })

  test('nonce, user and session of the request are those of the code (seed B55)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const parameters = { scope: 'openid', nonce: 'n-1', prompt: 'login consent' }
    const authorized = await authorize(world, client, parameters, { browser })
    const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    expect(grant).toMatchObject({ userId: alice.id, sessionId: browser.cookies.get('session'), scope: ['openid'] })
    const { body } = await exchangeCode(world, client, authorized)
    expect(claimsOf(body.id_token)).toMatchObject({ sub: alice.id, nonce: 'n-1' })
  })

  test('the redirect has code, state and iss beside the query that was there before (seed B59, B48)', async () => {
    const world = createQuickWorld()
    const redirect_uri = `${redirectUri}?from=id&empty=`
    const client = await registerConfidential(world, { redirect_uris: [redirect_uri] })
    const { parameters } = await authorize(world, client, { redirect_uri })
    expect([...parameters.keys()]).toEqual(['from', 'empty', 'code', 'state', 'iss'])
    const denied = await ask(world, client, { redirect_uri, prompt: 'none' })
    expect((await expectErrorRedirect(world, denied, redirect_uri, 'login_required')).get('from')).toBe('id')
  })

  test('a request without scope falls back to defaultScopes (seed B45, B60, B160)', async () => {
    const world = createQuickWorld({ defaultScopes: ['openid', 'notes:read'] })
    const client = await world.provider.registerClient({ redirect_uris: [redirectUri] })
    expect(client.scope).toBe('openid notes:read')
    expect((await getTokens(world, client, { scope: undefined })).scope).toBe('openid notes:read')
  })
})

describe('consent', () => {
  test('a script that posts the consent as JSON gets the URL to go to, with code and iss, in one member `url` (seed B52)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
    const state = new URL(url).searchParams.get('state')
    const response = await browser.request(`${issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', origin: new URL(issuer).origin },
      body: JSON.stringify({ state, accept: true }),
    })
    const body = (await response.json()) as { redirect: boolean; url: string }
    expect([response.status, body.redirect]).toEqual([200, true])
    expect([...new URL(body.url).searchParams.keys()]).toEqual(['code', 'state', 'iss'])
  })
})

describe('tokens', () => {
  test('the audience of a JWT is the resource, and with openid also the userinfo URL (seed B78)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const audienceFor = async (scope: string) =>
      claimsOf((await getTokens(world, client, { scope }, { resource: api })).access_token).aud
    expect(await audienceFor('openid')).toEqual([api, `${issuer}/oauth2/userinfo`])
    expect(await audienceFor('notes:read')).toBe(api)
  })

  test('the ID token has the nonce, and auth_time is when the user signed in (seed B83, B84)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    browser.signIn(alice)
    const signedInAt = world.clock.now()
    world.clock.advance(1234)
    const authorized = await authorize(world, client, { scope: 'openid', nonce: 'n-2' }, { browser })
    const { body } = await exchangeCode(world, client, authorized)
    expect(claimsOf(body.id_token)).toMatchObject({ nonce: 'n-2', auth_time: signedInAt, iat: world.clock.now() })
  })

  test('a refresh token comes with offline_access alone, and has the scopes (seed B66, B67, B87)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    expect(await getTokens(world, client, { scope: 'openid email' })).not.toHaveProperty('refresh_token')
    const tokens = await getTokens(world, client, { scope: 'openid email offline_access' })
    expect(await world.storage.refreshTokens.find(idOf(tokens.refresh_token))).toMatchObject({
      grant: { scope: ['openid', 'email', 'offline_access'], userId: alice.id },
    })
  })

  test('rotation marks the old row and stores the new one (seed B88, B93)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client)
    world.clock.advance(7)
    const { body } = await refresh(world, client, refresh_token, { scope: 'openid' })
    expect(body.scope).toBe('openid')
    const rotatedAt = async (token: string) => (await world.storage.refreshTokens.find(idOf(token)))?.token.rotatedAt
    expect([await rotatedAt(refresh_token), await rotatedAt(body.refresh_token)]).toEqual([
      world.clock.now(),
      undefined,
    ])
  })

  test('a refresh may drop offline_access, and the grant does not shrink (decision 20 overrules seed B98)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client, { scope: 'openid email offline_access' })
    const narrowed = await refresh(world, client, refresh_token, { scope: 'openid' })
    expect(narrowed.body.scope).toBe('openid')
    const whole = await refresh(world, client, narrowed.body.refresh_token)
    expect(whole.body.scope).toBe('openid email offline_access')
    const wider = await refresh(world, client, whole.body.refresh_token, { scope: 'openid profile' })
    expectJsonError(wider, 400, 'invalid_scope')
  })

  test('after end-session the tokens of an offline grant stay active (seed B111)', async () => {
    const world = createLogoutWorld({ idTokenSigningAlgorithm: 'ES256' })
    const client = await registerConfidential(world, { enable_end_session: true })
    const authorized = await authorize(world, client)
    const { body } = await exchangeCode(world, client, authorized)
    await authorized.browser.request(logoutUrl(world, { id_token_hint: body.id_token }))
    expect(world.sessions.size).toBe(0)
    expect((await introspect(world, client, body.access_token)).body.active).toBe(true)
    expect((await introspect(world, client, body.refresh_token)).body.active).toBe(true)
  })
})
