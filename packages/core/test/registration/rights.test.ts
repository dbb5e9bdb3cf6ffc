import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, claimsOf, exchangeCode, getTokens } from '../support/client.ts'
import { expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { afterLogout, logoutUrl } from '../support/logout.ts'
import { configure, openWorld, register, registered, registrationWorld, repeated } from '../support/registration.ts'

const redirectUri = 'https://app.example.com/callback'
const quick = { idTokenSigningAlgorithm: 'ES256', endsSessions: true } as const
const leaving = { redirect_uris: [redirectUri], post_logout_redirect_uris: [afterLogout] }

describe('clientRegistrationEnablesEndSession', () => {
  const enabled = { ...quick, clientRegistrationEnablesEndSession: true }

  test('a client that registers post_logout_redirect_uris may end sessions, and is told so', async () => {
    const world = registrationWorld(enabled)
    const client = await registered(world, leaving)
    expect(client.enable_end_session).toBe(true)
    const { browser, ...authorized } = await authorize(world, client, { scope: 'openid' })
    const { body } = await exchangeCode(world, client, { ...authorized, browser })
    expect(claimsOf(body.id_token).sid).toMatch(/^[\w-]{40,}$/)
    const url = logoutUrl(world, { id_token_hint: body.id_token, post_logout_redirect_uri: afterLogout })
    expect((await browser.request(url)).headers.get('location')).toBe(afterLogout)
  })

  test('a client that registers none may not end sessions; nor may any without the option, whatever it asks for', async () => {
    const world = registrationWorld(enabled)
    for (const members of [{}, { post_logout_redirect_uris: [] }]) {
      expect(await registered(world, { ...members, redirect_uris: [redirectUri] })).not.toHaveProperty(
        'enable_end_session',
      )
    }
    const without = registrationWorld(quick)
    const client = await registered(without, { ...leaving, enable_end_session: true })
    expect(client).not.toHaveProperty('enable_end_session')
  })

  test('a replacement adds the right, and never one that the server side took away', async () => {
    const world = registrationWorld(enabled)
    const client = await registered(world, { redirect_uris: [redirectUri] })
    const more = await configure(world, client, 'PUT', repeated(client, leaving))
    expect([more.status, more.body.enable_end_session]).toEqual([200, true])
    await world.provider.updateClient(client.client_id, { enable_end_session: false })
    const again = await configure(world, more.body, 'PUT', repeated(more.body))
    expect([again.status, again.body.enable_end_session]).toEqual([200, false])
  })
})

describe('dangerouslyAllowUnauthenticatedConfidentialClients', () => {
  const options = { ...quick, dangerouslyAllowUnauthenticatedConfidentialClients: true }

  test('the option gives a secret to an anonymous client, for each method', async () => {
    const world = openWorld(options)
    for (const method of [undefined, 'client_secret_basic', 'client_secret_post'] as const) {
      const members = { redirect_uris: [redirectUri], token_endpoint_auth_method: method }
      const { status, body: client } = await register(world, members)
      expect([status, client.token_endpoint_auth_method]).toEqual([201, method ?? 'client_secret_basic'])
      expect(client.client_secret_expires_at).toBe(0)
      expect(await getTokens(world, client, { scope: 'openid' })).toHaveProperty('id_token')
      const read = await configure(world, client, 'GET')
      expect(read.body).not.toHaveProperty('client_secret')
    }
    const open = await register(world, { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' })
    expect(open.body).not.toHaveProperty('client_secret')
  })

  test('the option does not open to anonymous clients what works without a user', async () => {
    const answer = await register(openWorld(options), { grant_types: ['client_credentials'] })
    expectJsonError(answer, 400, 'invalid_client_metadata')
  })

  test('the option needs anonymous registration', () => {
    expect(() => registrationWorld(options)).toThrow('needs allowUnauthenticatedClientRegistration')
  })
})

describe('dangerouslyAllowRegistrationWithoutPkce', () => {
  const options = { ...quick, dangerouslyAllowRegistrationWithoutPkce: true }
  const plain = { code_challenge: undefined, code_challenge_method: undefined }

  test.each(['openid', 'openid offline_access'])(
    'a confidential client may register without PKCE: %s, no nonce',
    async (scope) => {
      const world = registrationWorld(options)
      const members = { redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'] }
      const client = await registered(world, members)
      expect(client.require_pkce).toBe(false)
      const authorized = await authorize(world, client, { scope, ...plain })
      const { status, body } = await exchangeCode(world, client, authorized, { code_verifier: undefined })
      expect([status, 'refresh_token' in body]).toEqual([200, scope.includes('offline')])
    },
  )

  test('who sends a challenge is held to it, and a verifier without one is refused (B04)', async () => {
    const world = registrationWorld(options)
    const client = await registered(world, { redirect_uris: [redirectUri] })
    const bound = await authorize(world, client, { scope: 'openid' })
    expectJsonError(await exchangeCode(world, client, bound, { code_verifier: undefined }), 400, 'invalid_grant')
    const unbound = await authorize(world, client, { scope: 'openid', ...plain })
    expectJsonError(await exchangeCode(world, client, unbound), 400, 'invalid_grant')
  })

  test('public clients, and those that ask for PKCE, have to use it (B06)', async () => {
    const world = openWorld(options)
    const { body: open } = await register(world, { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' })
    const strict = await registered(world, { redirect_uris: [redirectUri], require_pkce: true })
    for (const client of [open, strict]) {
      expect(client.require_pkce).toBe(true)
      const response = await world.browser().request(authorizeUrl(world, client, undefined, { scope: 'openid' }))
      expectErrorRedirect(world, response, redirectUri, 'invalid_request')
    }
  })

  test('the server side’s own exempt clients still need it for offline_access (B06)', async () => {
    const world = registrationWorld(options)
    const client = await world.provider.registerClient({ redirect_uris: [redirectUri], require_pkce: false })
    const url = authorizeUrl(world, client, undefined, { scope: 'openid offline_access' })
    expectErrorRedirect(world, await world.browser().request(url), redirectUri, 'invalid_request')
  })

  test('a client that becomes public loses it (B06)', async () => {
    const world = registrationWorld(options)
    const client = await registered(world, { redirect_uris: [redirectUri] })
    const changed = await configure(world, client, 'PUT', repeated(client, { token_endpoint_auth_method: 'none' }))
    expect([changed.status, changed.body.require_pkce ?? changed.body.error]).toEqual([200, true])
  })
})
