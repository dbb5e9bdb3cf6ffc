import { describe, expect, test } from 'vitest'
import { authorize, exchangeCode, getTokens, redirectUri, registerConfidential } from '../support/client.ts'
import { ask, expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, baseUrl } from '../support/world.ts'

const pageOf = (response: Response): URL => new URL(response.headers.get('location') ?? '')

describe('authorize', () => {
  test('a signed-out user goes to the login page of the host, whose state is the server’s and not the client’s (seed B38)', async () => {
    const world = createQuickWorld()
    const response = await ask(world, await registerConfidential(world), { state: 'the client’s own' })
    const page = pageOf(response)
    expect([response.status, page.origin + page.pathname]).toEqual([302, `${baseUrl}/login`])
    expect(page.searchParams.get('state')).toMatch(/./)
    expect(page.searchParams.get('state')).not.toBe('the client’s own')
  })

  test('the server does not start without a login page (seed B39, B181)', () => {
    expect(() => createQuickWorld({ loginUrl: undefined })).toThrow('loginUrl')
    expect(() => createQuickWorld({ consentUrl: undefined })).toThrow('consentUrl')
  })

  test('prompt=create sends a signed-out user to the sign-up page (seed B40)', async () => {
    const world = createQuickWorld()
    const response = await ask(world, await registerConfidential(world), { prompt: 'create' })
    expect([response.status, pageOf(response).pathname]).toEqual([302, '/signup'])
    expect(pageOf(response).searchParams.has('state')).toBe(true)
  })

  test('the authorization endpoint takes POST and refuses PUT (OpenID Connect Core 3.1.2.1 overrules seed B42)', async () => {
    const world = createQuickWorld()
    const put = await world.browser().request(`${world.issuer}/oauth2/authorize`, { method: 'PUT' })
    expect([put.status, put.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')])
  })

  test('a scope without a value counts as none (RFC 6749 section 3.1), and one of blanks is invalid_scope (seed B46)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    expect(pageOf(await ask(world, client, { scope: '' })).pathname).toBe('/login')
    const refusal = expectErrorRedirect(world, await ask(world, client, { scope: ' ' }), redirectUri, 'invalid_scope')
    expect(refusal.get('error_description')).toBe('missing scope')
  })

  test('the same state twice makes two interactions and two codes (seed B58)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const first = pageOf(await ask(world, client, { state: 'same' })).searchParams.get('state')
    const second = pageOf(await ask(world, client, { state: 'same' })).searchParams.get('state')
    expect(first).not.toBe(second)
    const browser = world.browser()
    browser.signIn(alice)
    for (let times = 0; times < 2; times++) {
      const authorized = await authorize(world, client, { state: 'same' }, { browser })
      expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    }
  })

  test('a scope that the client is not registered for is invalid_scope (seed B194)', async () => {
    const strict = createQuickWorld({ refuseUnregisteredScopes: true })
    for (const [world, scope] of [
      [strict, 'openid notes:write'],
      [createQuickWorld(), 'notes:read notes:write'],
    ] as const) {
      const client = await registerConfidential(world, { scope: 'openid notes:read' })
      const refusal = expectErrorRedirect(world, await ask(world, client, { scope }), redirectUri, 'invalid_scope')
      expect(refusal.get('error_description')).toBe('Client was not registered with scope notes:write')
    }
  })

  test('an OpenID request gets the scopes that its client is registered for, the user sees no other, and the token response names them', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { scope: 'openid notes:read' })
    const tokens = await getTokens(world, client, { scope: 'openid notes:write notes:read unheard:of' })
    expect(tokens.scope).toBe('openid notes:read')
    const page = pageOf(await ask(world, client, { scope: 'openid notes:write' }))
    expect(page.searchParams.get('scope')).toBe('openid')
  })

  test('a client that may not have openid makes no OpenID request with it', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { scope: 'notes:read' })
    expectErrorRedirect(world, await ask(world, client, { scope: 'openid notes:read' }), redirectUri, 'invalid_scope')
  })

  test('the only redirect URI is the default, of several none is, and an unknown one is refused (seed B198)', async () => {
    const world = createQuickWorld()
    const one = await registerConfidential(world)
    const two = await registerConfidential(world, { redirect_uris: [redirectUri, `${redirectUri}/2`] })
    const without = { redirect_uri: undefined }
    expect((await authorize(world, one, without)).parameters.has('code')).toBe(true)
    const html = await expectErrorPage(await ask(world, two, without), 400, 'invalid_request')
    expect(html).toMatch(/redirect_uri must be specified when client has multiple registered URIs/i)
    await expectErrorPage(await ask(world, one, { redirect_uri: `${redirectUri}/3` }), 400, 'invalid_request')
    expect(Object.keys(await getTokens(world, two, { redirect_uri: redirectUri }))).toContain('access_token')
  })
})
