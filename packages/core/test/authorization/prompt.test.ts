import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  type Parameters,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, bob, createWorld, issuer, type WorldOptions } from '../support/world.ts'

/** A browser whose user signed in and consented ten seconds ago. */
async function returning(options: WorldOptions = {}) {
  const world = createWorld(options)
  const client = await registerConfidential(world)
  const { browser } = await authorize(world, client)
  world.clock.advance(10)
  const go = async (parameters: Parameters) =>
    new URL((await browser.visit(authorizeUrl(world, client, createPkce(), parameters))).url)
  return { world, client, browser, go }
}

describe('prompt', () => {
  test.each([
    ['login', '/login'],
    ['consent', '/consent'],
    ['create', '/signup'],
    ['login consent', '/login'],
    ['', '/callback'],
  ])('prompt=%s of a user who is signed in and has agreed shows %s', async (prompt, path) => {
    const { go } = await returning()
    expect((await go({ prompt })).pathname).toBe(path)
  })

  test('prompt=login consent shows both pages, one after the other', async () => {
    const { world, browser, go } = await returning()
    const page = await go({ prompt: 'login consent' })
    const { returnTo, prompt, intent } = await world.provider.resolveLoginContext(browser.pageRequest(page.href))
    expect([prompt, intent]).toEqual([['login', 'consent'], 'login'])
    browser.signIn(alice)
    const next = await browser.visit(returnTo)
    expect(new URL(next.url).pathname).toBe('/consent')
    expect((await browser.consent(next.url, true)).headers.get('location')).toContain('code=')
  })

  test('prompt=create goes through the sign-up page to a code', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const visit = { user: bob, accept: true }
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { prompt: 'create' }), visit)
    expect(new URL(url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    const pages = browser.visited.filter((visited) => visited.includes('/oauth2/continue'))
    expect(pages).toEqual([expect.stringContaining('&created=true')])
  })

  test('prompt=create without a sign-up page shows the login page', async () => {
    const { go } = await returning({ signupUrl: undefined })
    expect((await go({ prompt: 'create' })).pathname).toBe('/login')
  })

  test('prompt=select_account without a page for it is invalid_request', async () => {
    const { world, client, browser } = await returning()
    const response = await ask(world, client, { prompt: 'select_account' }, { browser })
    expectErrorRedirect(world, response, redirectUri, 'invalid_request')
  })

  test('prompt=select_account shows the page once, and only the choice continues', async () => {
    const { world, browser, go } = await returning({ selectAccountUrl: '/accounts' })
    const page = await go({ prompt: 'select_account' })
    expect(page.pathname).toBe('/accounts')
    const { returnTo, intent } = await world.provider.resolveLoginContext(browser.pageRequest(page.href))
    expect(intent).toBe('select_account')
    const state = page.searchParams.get('state')
    const undecided = await browser.visit(`${issuer}/oauth2/continue?state=${state}`)
    expect(new URL(undecided.url).pathname).toBe('/accounts')
    expect(new URL((await browser.visit(returnTo)).url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('prompt=select_account with another account asks that user for consent', async () => {
    const { world, browser, go } = await returning({ selectAccountUrl: '/accounts' })
    const page = await go({ prompt: 'select_account' })
    browser.signIn(bob)
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.href))
    const { url } = await browser.visit(returnTo, { accept: true })
    expect(new URL(url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    expect(await world.storage.grants.list({ userId: bob.id, now: world.clock.now() })).toHaveLength(1)
  })

  test('prompt=select_account without a signed-in user begins with the login page', async () => {
    const world = createWorld({ selectAccountUrl: '/accounts' })
    const client = await registerConfidential(world)
    const response = await ask(world, client, { prompt: 'select_account' })
    expect(new URL(response.headers.get('location') as string).pathname).toBe('/login')
  })

  test.each([
    ['an unknown value', 'sometimes'],
    ['a known and an unknown value', 'login sometimes'],
    ['none with company', 'none consent'],
    ['a value in capitals', 'LOGIN'],
  ])('%s is invalid_request and nothing is stored', async (_name, prompt) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const client = await registerConfidential(world)
    writes.length = 0
    expectErrorRedirect(world, await ask(world, client, { prompt }), redirectUri, 'invalid_request')
    expect(writes).toEqual([])
  })
})

describe('other parameters of a request', () => {
  test.each<[string, Parameters, string]>([
    ['max_age=-1', { max_age: '-1' }, 'invalid_request'],
    ['max_age=1.5', { max_age: '1.5' }, 'invalid_request'],
    ['max_age=soon', { max_age: 'soon' }, 'invalid_request'],
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['response_type=CODE', { response_type: 'CODE' }, 'unsupported_response_type'],
    ['response_mode=pigeon', { response_mode: 'pigeon' }, 'invalid_request'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request_uri', { request_uri: 'https://app.example.com/r' }, 'request_uri_not_supported'],
    ['a scope the client has not', { scope: 'profile address' }, 'invalid_scope'],
    ['a scope nobody has', { scope: 'unheard:of' }, 'invalid_scope'],
    ['a scope with a quote', { scope: 'openid "x"' }, 'invalid_scope'],
    ['a scope of spaces', { scope: '  ' }, 'invalid_scope'],
  ])(
    '%s goes to the client as the registered error, with state, and changes nothing',
    async (_name, parameters, error) => {
      const { storage, writes } = watchStorage()
      const world = createWorld({ storage })
      const client = await registerConfidential(world)
      const browser = world.browser()
      browser.signIn(alice)
      writes.length = 0
      const response = await ask(world, client, parameters, { browser })
      expect(expectErrorRedirect(world, response, redirectUri, error).get('state')).toBe('client-state')
      expect(writes).toEqual([])
    },
  )

  test('what the page may show is in its URL and context, and nothing of the client’s own', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { client_uri: 'https://app.example.com/' })
    const browser = world.browser()
    const parameters = { login_hint: 'alice@example.com', ui_locales: 'de en', nonce: 'secret-nonce', display: 'popup' }
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), parameters))
    const shown = new URL(url).searchParams
    expect(shown.get('login_hint')).toBe('alice@example.com')
    expect(shown.get('exp')).toBe(String(world.clock.now() + 600))
    expect(shown.get('sig')).toMatch(/^[A-Za-z0-9+/]{43}=$/)
    expect(url).not.toMatch(/client-state|secret-nonce|code_challenge/)
    expect(await world.provider.resolveLoginContext(browser.pageRequest(url))).toEqual({
      state: shown.get('state'),
      intent: 'login',
      prompt: [],
      returnTo: `${issuer}/oauth2/continue?state=${shown.get('state')}`,
      consentEndpoint: `${issuer}/oauth2/consent`,
      clientId: client.client_id,
      clientName: 'Notes',
      clientUri: 'https://app.example.com/',
      selfRegistered: false,
      redirectHost: 'app.example.com',
      loopbackRedirect: false,
      scopes: ['openid', 'profile', 'email', 'offline_access'],
      grantedScopes: [],
      newScopes: ['openid', 'profile', 'email', 'offline_access'],
      resources: [],
      claims: [],
      acrValues: [],
      acrRequired: false,
      completion: 'code',
      parameters: {},
      display: 'popup',
      loginHint: 'alice@example.com',
      uiLocales: 'de en',
    })
  })
})
