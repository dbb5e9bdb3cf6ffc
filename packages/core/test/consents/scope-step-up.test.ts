import type { ClientInput } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  isActive,
  type Parameters,
  redirectUri,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, bob, type TestUser, type World, type WorldOptions } from '../support/world.ts'

const before = 'openid notes:read offline_access'

async function start(options: WorldOptions = {}, input: ClientInput = {}) {
  const world = createQuickWorld(options)
  const client = await registerConfidential(world, input)
  const authorized = await authorize(world, client, { scope: before })
  const tokens = (await exchangeCode(world, client, authorized)).body
  return { world, client, browser: authorized.browser, tokens }
}

interface Asking {
  readonly world: World
  readonly client: Awaited<ReturnType<typeof registerConfidential>>
  readonly browser: Browser
}

/** Sends the browser to authorize and expects the consent page. Returns what the page knows, and a way to answer. */
async function toConsent({ world, client, browser }: Asking, parameters: Parameters, user?: TestUser) {
  const pkce = createPkce()
  const visit = user === undefined ? {} : { user }
  const page = await browser.visit(authorizeUrl(world, client, pkce, parameters), visit)
  expect(new URL(page.url).pathname).toBe('/consent')
  const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
  const answer = async (scope?: string) => {
    const response = await browser.request(context.consentEndpoint, {
      method: 'POST',
      headers: { origin: new URL(world.issuer).origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ state: context.state, accept: 'true', ...(scope !== undefined && { scope }) }),
    })
    const location = response.headers.get('location') ?? ''
    const code = new URL(location).searchParams.get('code')
    if (code === null) return { status: response.status, location }
    const token = await exchangeCode(world, client, { code, pkce, parameters: new URLSearchParams(), browser })
    return { status: token.status, location, ...token.body }
  }
  return { context, page, answer, urlScope: new URL(page.url).searchParams.get('scope') }
}

const sorted = (scope: unknown): string => String(scope).split(' ').toSorted().join(' ')

describe('a second request with more scopes', () => {
  test('the page is told what is new and what the user granted before, and the new grant has both (S11)', async () => {
    const setting = await start()
    const { context, answer } = await toConsent(setting, { scope: `${before} notes:write email` })
    expect(context).toMatchObject({
      scopes: ['openid', 'notes:read', 'offline_access', 'notes:write', 'email'],
      grantedScopes: ['openid', 'notes:read', 'offline_access'],
      newScopes: ['notes:write', 'email'],
    })
    const tokens = await answer()
    expect(sorted(tokens.scope)).toBe('email notes:read notes:write offline_access openid')
  })

  test('the old access token and the old refresh token stay good, with the old scopes (S07)', async () => {
    const setting = await start()
    const { world, client, tokens } = setting
    await (await toConsent(setting, { scope: `${before} notes:write` })).answer()
    expect(await isActive(world, tokens.access_token)).toBe(true)
    const again = await refresh(world, client, tokens.refresh_token)
    expect(sorted(again.body.scope)).toBe(sorted(before))
    const wider = await refresh(world, client, again.body.refresh_token, { scope: `${before} notes:write` })
    expect([wider.status, wider.body.error]).toEqual([400, 'invalid_scope'])
  })

  test('a user who denies the new scopes keeps what was granted before (S07)', async () => {
    const setting = await start()
    const { world, client, browser, tokens } = setting
    const { page } = await toConsent(setting, { scope: `${before} notes:write` })
    expectErrorRedirect(world, await browser.consent(page.url, false), redirectUri, 'access_denied')
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect(
      (await ask(world, client, { scope: before, prompt: 'none' }, { browser })).headers.get('location'),
    ).toContain('code=')
  })

  test('a page may answer with what was granted and a part of what is new (S11)', async () => {
    const setting = await start()
    const { context, answer } = await toConsent(setting, { scope: `${before} notes:write email` })
    const tokens = await answer([...context.grantedScopes, 'email'].join(' '))
    expect(sorted(tokens.scope)).toBe('email notes:read offline_access openid')
  })

  test('a first request, and a page before consent, have only new scopes (S11)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const login = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: before }))
    const told = { grantedScopes: [], newScopes: ['openid', 'notes:read', 'offline_access'] }
    expect(await world.provider.resolveLoginContext(browser.pageRequest(login.url))).toMatchObject(told)
    const first = await toConsent({ world, client, browser: world.browser() }, { scope: before }, bob)
    expect(first.context).toMatchObject(told)
  })

  test('prompt=consent shows what was granted before as such (S11)', async () => {
    const setting = await start()
    const { context } = await toConsent(setting, { scope: before, prompt: 'consent' })
    expect(context).toMatchObject({ grantedScopes: context.scopes, newScopes: [] })
  })
})

describe('a request for the new scope alone', () => {
  test('by default the new grant has only what was asked for, also with include_granted_scopes (S11)', async () => {
    const setting = await start()
    const { context, answer } = await toConsent(setting, { scope: 'notes:write', include_granted_scopes: 'true' })
    expect(context).toMatchObject({ scopes: ['notes:write'], grantedScopes: [], newScopes: ['notes:write'] })
    expect((await answer()).scope).toBe('notes:write')
  })

  test.each([
    ['onRequest', { include_granted_scopes: 'true' }],
    ['always', {}],
    ['always', { include_granted_scopes: 'false' }],
  ] as const)(
    'includeGrantedScopes %s with %j adds what the user granted before, except openid (S11)',
    async (includeGrantedScopes, parameters) => {
      const setting = await start({ includeGrantedScopes })
      const { context, answer, urlScope } = await toConsent(setting, { scope: 'notes:write', ...parameters })
      expect(context).toMatchObject({
        scopes: ['notes:write', 'notes:read', 'offline_access'],
        grantedScopes: ['notes:read', 'offline_access'],
        newScopes: ['notes:write'],
      })
      expect(urlScope).toBe('notes:write notes:read offline_access')
      const tokens = await answer()
      expect(tokens).toMatchObject({ status: 200, scope: 'notes:write notes:read offline_access' })
      expect(tokens).not.toHaveProperty('id_token')
      const again = await refresh(setting.world, setting.client, tokens.refresh_token)
      expect(sorted(again.body.scope)).toBe('notes:read notes:write offline_access')
    },
  )

  test.each([undefined, 'false', 'TRUE', '1', ''])(
    'includeGrantedScopes onRequest adds nothing for include_granted_scopes=%s (S11)',
    async (include_granted_scopes) => {
      const setting = await start({ includeGrantedScopes: 'onRequest' })
      const { context } = await toConsent(setting, { scope: 'notes:write', include_granted_scopes })
      expect(context.scopes).toEqual(['notes:write'])
    },
  )

  test('what was granted before is added without a page, too (S11)', async () => {
    const { world, client, browser } = await start({ includeGrantedScopes: 'always' })
    const pkce = createPkce()
    const response = await ask(world, client, { scope: 'notes:read', prompt: 'none' }, { browser, pkce })
    const code = new URL(response.headers.get('location') ?? '').searchParams.get('code') as string
    const { body } = await exchangeCode(world, client, { code, pkce, parameters: new URLSearchParams(), browser })
    expect(body.scope).toBe('notes:read offline_access')
  })

  test('it is added for a native client, whose user is asked for all of it (S11)', async () => {
    const world = createQuickWorld({ includeGrantedScopes: 'always' })
    const client = await registerPublic(world, {
      redirect_uris: ['http://127.0.0.1/callback'],
      application_type: 'native',
      scope: 'notes:read notes:write',
    })
    const redirect_uri = 'http://127.0.0.1:4001/callback'
    const { browser } = await authorize(world, client, { scope: 'notes:read', redirect_uri })
    const again = { scope: 'notes:write', redirect_uri: 'http://127.0.0.1:4002/callback' }
    const { context } = await toConsent({ world, client, browser }, again)
    expect(context).toMatchObject({
      scopes: ['notes:write', 'notes:read'],
      // Any program on the device can pretend to be this client, so nothing is said to be settled.
      grantedScopes: [],
      newScopes: ['notes:write', 'notes:read'],
    })
  })

  test('the remembered consent grows with the scopes (S11)', async () => {
    const setting = await start({ includeGrantedScopes: 'always' })
    const { world, client } = setting
    await (await toConsent(setting, { scope: 'notes:write' })).answer()
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    expect(sorted(consent?.scope.join(' '))).toBe('notes:read notes:write offline_access openid')
    expect(consent?.clientId).toBe(client.client_id)
  })
})
