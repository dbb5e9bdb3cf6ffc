import type { ClientInput, Session } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  isActive,
  type Parameters,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { api, createQuickWorld, introspect } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const silver = 'urn:example:silver'
const gold = 'urn:example:gold'
/** A request for an access token alone, as the client of a resource server sends it. */
const scope = 'notes:read'

async function start(options: WorldOptions = {}, input: ClientInput = {}) {
  const world = createQuickWorld(options)
  return { world, client: await registerConfidential(world, input), browser: world.browser() }
}

/** Signs in with a session of this kind, as the host's login page would. */
function signIn(world: World, browser: Browser, session: Partial<Session>): void {
  browser.signIn(alice)
  const id = browser.cookies.get('session') as string
  const { user, session: made } = world.sessions.get(id) as NonNullable<ReturnType<World['sessions']['get']>>
  world.sessions.set(id, { user, session: { ...made, ...session } })
}

/** Sends the browser to authorize and expects the login page. Returns what the page knows. */
async function toLogin({ world, client, browser }: Awaited<ReturnType<typeof start>>, parameters: Parameters) {
  const pkce = createPkce()
  const page = await browser.visit(authorizeUrl(world, client, pkce, { scope, ...parameters }))
  expect(new URL(page.url).pathname).toBe('/login')
  return { pkce, context: await world.provider.resolveLoginContext(browser.pageRequest(page.url)) }
}

describe('acr_values as a requirement', () => {
  test('without the scope openid, a session of another class signs in again, and the token has the class that was asked for (S02)', async () => {
    const setting = await start()
    const { world, client, browser } = setting
    signIn(world, browser, { acr: silver })
    const { pkce, context } = await toLogin(setting, { acr_values: `${gold} urn:example:platinum` })
    expect(context).toMatchObject({ acrValues: [gold, 'urn:example:platinum'], acrRequired: true })
    world.clock.advance(20)
    signIn(world, browser, { acr: gold, amr: ['pwd', 'otp'] })
    const { url } = await browser.visit(context.returnTo, { accept: true })
    const code = new URL(url).searchParams.get('code') as string
    const authorized = { code, pkce, parameters: new URLSearchParams(), browser }
    const tokens = (await exchangeCode(world, client, authorized, { resource: api })).body
    expect(claimsOf(tokens.access_token)).toMatchObject({ acr: gold, auth_time: world.clock.now() })
  })

  test.each<[string, WorldOptions, ClientInput, Parameters, boolean]>([
    ['with the scope openid it is a preference', {}, {}, { scope: 'openid notes:read', acr_values: gold }, false],
    ['without the scope openid it is a requirement', {}, {}, { acr_values: gold }, true],
    ['default_acr_values alone are a preference', {}, { default_acr_values: [gold] }, {}, false],
    ['requireAcrValues: false makes it a preference', { requireAcrValues: false }, {}, { acr_values: gold }, false],
    [
      'requireAcrValues: true makes it a requirement',
      { requireAcrValues: true },
      {},
      { scope: 'openid', acr_values: gold },
      true,
    ],
    [
      'a client with require_acr_values: true requires it',
      { requireAcrValues: false },
      { require_acr_values: true },
      { scope: 'openid', acr_values: gold },
      true,
    ],
    [
      'a client with require_acr_values: true requires its default_acr_values, too',
      {},
      { require_acr_values: true, default_acr_values: [gold] },
      { scope: 'openid' },
      true,
    ],
    [
      'a client with require_acr_values: false prefers it',
      {},
      { require_acr_values: false },
      { acr_values: gold },
      false,
    ],
    [
      'requireAcrValues: true is stronger than require_acr_values: false of the client',
      { requireAcrValues: true },
      { require_acr_values: false },
      { acr_values: gold },
      true,
    ],
    ['an empty acr_values requires nothing', {}, {}, { acr_values: '' }, false],
    ['acr_values of spaces requires nothing', {}, {}, { acr_values: '  ' }, false],
  ])('%s (S02)', async (_name, options, input, parameters, required) => {
    const { world, client, browser } = await start(options, input)
    signIn(world, browser, { acr: silver })
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), { scope, ...parameters }))
    expect(new URL(page.url).pathname).toBe(required ? '/login' : '/consent')
    const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expect(context.acrRequired).toBe(required)
  })

  test('require_acr_values is client metadata that can be set, changed and is checked (S02)', async () => {
    const { world, client } = await start({}, { require_acr_values: true })
    expect(client.require_acr_values).toBe(true)
    const changed = await world.provider.updateClient(client.client_id, { require_acr_values: false })
    expect(changed.metadata.require_acr_values).toBe(false)
    await expect(registerConfidential(world, { require_acr_values: 'yes' } as never)).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })

  test('acr, amr and auth_time of opaque tokens stay as they were at the approval when the token is refreshed, whatever the session is now (S01)', async () => {
    const { world, client, browser } = await start()
    signIn(world, browser, { acr: gold, amr: ['pwd', 'otp'] })
    const event = { acr: gold, amr: ['pwd', 'otp'], auth_time: world.clock.now() }
    const authorized = await authorize(world, client, { scope: 'notes:read offline_access' }, { browser })
    const first = (await exchangeCode(world, client, authorized)).body
    world.clock.advance(100)
    signIn(world, browser, { acr: silver, amr: ['pwd'] })
    const second = (await refresh(world, client, first.refresh_token)).body
    for (const { access_token } of [first, second]) {
      expect(access_token).not.toContain('.')
      expect((await introspect(world, client, access_token)).body).toMatchObject({ active: true, ...event })
    }
    const jwt = (await refresh(world, client, second.refresh_token, { resource: api })).body.access_token
    expect(claimsOf(jwt)).toMatchObject(event)
  })

  test('prompt=login, acr_values and max_age=0 together: one new login of the class is enough (S06)', async () => {
    const setting = await start()
    const { world, client, browser } = setting
    signIn(world, browser, { acr: gold })
    await authorize(world, client, { scope }, { browser })
    world.clock.advance(10)
    const { pkce, context } = await toLogin(setting, { prompt: 'login', acr_values: gold, max_age: '0' })
    expect(context).toMatchObject({ acrValues: [gold], acrRequired: true })
    signIn(world, browser, { acr: gold })
    world.clock.advance(2)
    const { url } = await browser.visit(context.returnTo, { accept: true })
    const code = new URL(url).searchParams.get('code') as string
    const answer = await exchangeCode(world, client, { code, pkce, parameters: new URLSearchParams(), browser })
    expect((await introspect(world, client, answer.body.access_token)).body).toMatchObject({
      acr: gold,
      auth_time: world.clock.now() - 2,
    })
  })

  test('a step-up ends no token and no grant from before it (S07)', async () => {
    const setting = await start()
    const { world, client, browser } = setting
    signIn(world, browser, { acr: silver })
    const authorized = await authorize(world, client, { scope: 'notes:read offline_access' }, { browser })
    const old = (await exchangeCode(world, client, authorized)).body
    world.clock.advance(10)
    const { context } = await toLogin(setting, { acr_values: gold, scope: 'notes:read notes:write offline_access' })
    signIn(world, browser, { acr: gold })
    expect((await browser.visit(context.returnTo, { accept: true })).url).toContain('code=')
    expect(await isActive(world, old.access_token)).toBe(true)
    const again = await refresh(world, client, old.refresh_token)
    expect(again.status).toBe(200)
    expect((await introspect(world, client, again.body.access_token)).body).toMatchObject({ acr: silver })
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toHaveLength(2)
  })
})

describe('a user who cannot reach the level', () => {
  test.each(['acr_values', 'claims'])(
    'a page that sends its user back with the session from before ends %s in unmet_authentication_requirements, and no page is shown again (S05)',
    async (way) => {
      const setting = await start()
      const { world, browser } = setting
      signIn(world, browser, { acr: silver })
      const claims = JSON.stringify({ id_token: { acr: { essential: true, value: gold } } })
      const { context } = await toLogin(setting, way === 'claims' ? { scope: 'openid', claims } : { acr_values: gold })
      for (let times = 0; times < 3; times++) {
        const response = await browser.request(context.returnTo)
        const answer = expectErrorRedirect(world, response, redirectUri, 'unmet_authentication_requirements')
        expect(answer.get('state')).toBe('client-state')
      }
      expect(world.events.some(({ type }) => type === 'interaction.session_unchanged')).toBe(true)
      expect(world.events.some(({ type }) => type === 'code.issued')).toBe(false)
    },
  )

  test('a new login of another class ends in unmet_authentication_requirements (S05)', async () => {
    const setting = await start()
    const { world, browser } = setting
    const { context } = await toLogin(setting, { acr_values: gold })
    signIn(world, browser, { acr: silver })
    const response = await browser.request(context.returnTo)
    expectErrorRedirect(world, response, redirectUri, 'unmet_authentication_requirements')
  })

  test.each([{ max_age: '5' }, { prompt: 'login' }])(
    'a page that makes no new login, where %j demands one besides the class, is login_required: the page is wrong, not the user (S05)',
    async (demand) => {
      const setting = await start()
      const { world, browser } = setting
      signIn(world, browser, { acr: silver })
      world.clock.advance(10)
      const { context } = await toLogin(setting, { acr_values: gold, ...demand })
      expectErrorRedirect(world, await browser.request(context.returnTo), redirectUri, 'login_required')
    },
  )

  test('a login page that alternates between two sessions of the wrong class still comes to an end (S05)', async () => {
    const setting = await start()
    const { world, browser } = setting
    const sessions = [1, 2].map(() => {
      signIn(world, browser, { acr: silver })
      return browser.cookies.get('session') as string
    })
    world.clock.advance(10)
    const { context } = await toLogin(setting, { acr_values: gold })
    let ended: string | undefined
    for (let times = 0; times < 8 && ended === undefined; times++) {
      browser.cookies.set('session', sessions[times % 2] as string)
      const location = (await browser.request(context.returnTo)).headers.get('location') ?? ''
      ended = new URL(location).searchParams.get('error') ?? undefined
    }
    expect(ended).toBe('unmet_authentication_requirements')
  })

  test('in silence the client gets login_required, because a page could reach the level (S05)', async () => {
    const { world, client, browser } = await start()
    signIn(world, browser, { acr: silver })
    const silent = await ask(world, client, { scope, prompt: 'none', acr_values: gold }, { browser })
    expectErrorRedirect(world, silent, redirectUri, 'login_required')
  })
})
