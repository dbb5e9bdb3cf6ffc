import type { ClientInput, Session } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  type Parameters,
  redirectUri,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World } from '../support/world.ts'

const scope = 'openid offline_access'
const silver = 'urn:example:silver'
const gold = 'urn:example:gold'
const essential = (details: object): Parameters => ({
  claims: JSON.stringify({ id_token: { acr: { essential: true, ...details } } }),
})

async function start(input: ClientInput = {}) {
  const world = createQuickWorld()
  const client = await registerConfidential(world, input)
  const browser = world.browser()
  const idToken = async (parameters: Parameters = {}) => {
    const authorized = await authorize(world, client, { scope, ...parameters }, { browser })
    return claimsOf((await exchangeCode(world, client, authorized)).body.id_token)
  }
  return { world, client, browser, idToken }
}

/** Signs in with a session of this kind, as the host's login page would. */
function signIn(world: World, browser: Browser, session: Partial<Session>): void {
  browser.signIn(alice)
  const id = browser.cookies.get('session') as string
  const { user, session: made } = world.sessions.get(id) as NonNullable<ReturnType<World['sessions']['get']>>
  world.sessions.set(id, { user, session: { ...made, ...session } })
}

const pathOf = (url: string | null): string => new URL(url ?? '').pathname

describe('auth_time', () => {
  test('auth_time is in every ID token, whether max_age, the claims parameter, the client’s registration or nothing asks for it', async () => {
    const { world, browser, idToken } = await start()
    browser.signIn(alice)
    const signedInAt = world.clock.now()
    const asked: readonly Parameters[] = [
      {},
      { max_age: '10000' },
      { max_age: '0000010000' },
      { claims: '{"id_token":{"auth_time":{"essential":true}}}' },
    ]
    for (const parameters of asked) {
      world.clock.advance(100)
      expect((await idToken(parameters)).auth_time).toBe(signedInAt)
    }
    const demanding = await start({ require_auth_time: true, default_max_age: 10_000 })
    expect((await demanding.idToken()).auth_time).toBe(demanding.world.clock.now())
  })

  test('auth_time is equal across silent logins and refreshes, and later after a new login', async () => {
    const { world, client, browser, idToken } = await start()
    const authorized = await authorize(world, client, { scope, max_age: '10000' }, { browser })
    const tokens = (await exchangeCode(world, client, authorized)).body
    const first = claimsOf(tokens.id_token).auth_time as number

    world.clock.advance(60)
    expect((await idToken({ prompt: 'none', max_age: '10000' })).auth_time).toBe(first)
    world.clock.advance(60)
    const refreshed = (await refresh(world, client, tokens.refresh_token)).body
    expect(claimsOf(refreshed.id_token)).toMatchObject({ auth_time: first, sub: alice.id, aud: client.client_id })

    world.clock.advance(60)
    const again = (await idToken({ max_age: '1' })).auth_time as number
    expect(again).toBe(world.clock.now())
    expect(again).toBeGreaterThan(first)
    world.clock.advance(60)
    const forced = (await idToken({ prompt: 'login' })).auth_time as number
    expect(forced).toBe(world.clock.now())
    // A grant from before the new login keeps its auth_time.
    const later = (await refresh(world, client, refreshed.refresh_token)).body
    expect(claimsOf(later.id_token).auth_time).toBe(first)
  })
})

describe('default_max_age', () => {
  test('default_max_age asks for a new login once the session is too old, as max_age does', async () => {
    const { world, client, browser } = await start({ default_max_age: 100 })
    await authorize(world, client, { scope }, { browser })
    world.clock.advance(100)
    const young = await ask(world, client, { scope, prompt: 'none' }, { browser })
    expect(young.headers.get('location')).toContain('code=')
    world.clock.advance(1)
    const old = await ask(world, client, { scope, prompt: 'none' }, { browser })
    expectErrorRedirect(world, old, redirectUri, 'login_required')
    expect(pathOf((await ask(world, client, { scope }, { browser })).headers.get('location'))).toBe('/login')
  })

  test('max_age of the request replaces default_max_age, whether longer or shorter', async () => {
    const { world, client, browser } = await start({ default_max_age: 100 })
    await authorize(world, client, { scope }, { browser })
    world.clock.advance(200)
    const longer = await ask(world, client, { scope, max_age: '300' }, { browser })
    expect(longer.headers.get('location')).toContain('code=')
    const shorter = await ask(world, client, { scope, max_age: '10' }, { browser })
    expect(pathOf(shorter.headers.get('location'))).toBe('/login')
  })

  test('default_max_age 0 asks for a login each time', async () => {
    const { world, client, browser } = await start({ default_max_age: 0 })
    await authorize(world, client, { scope }, { browser })
    world.clock.advance(1)
    expect(pathOf((await ask(world, client, { scope }, { browser })).headers.get('location'))).toBe('/login')
  })

  test.each([
    ['default_max_age', -1],
    ['default_max_age', 1.5],
    ['default_max_age', '100'],
    ['require_auth_time', 'true'],
    ['default_acr_values', 'gold'],
    ['default_acr_values', [1]],
  ])('%s: %j is invalid_client_metadata', async (member, value) => {
    const world = createQuickWorld()
    await expect(registerConfidential(world, { [member]: value } as never)).rejects.toMatchObject({
      code: 'invalid_client_metadata',
    })
  })
})

describe('acr and amr', () => {
  test('acr and amr of the session are in the ID token, also after a refresh, and absent where the host says nothing', async () => {
    const { world, client, browser, idToken } = await start()
    signIn(world, browser, { acr: silver, amr: ['pwd', 'otp'] })
    const authorized = await authorize(world, client, { scope }, { browser })
    const tokens = (await exchangeCode(world, client, authorized)).body
    expect(claimsOf(tokens.id_token)).toMatchObject({ acr: silver, amr: ['pwd', 'otp'] })
    const { body } = await refresh(world, client, tokens.refresh_token)
    expect(claimsOf(body.id_token)).toMatchObject({ acr: silver, amr: ['pwd', 'otp'] })
    signIn(world, browser, { amr: undefined })
    const bare = await idToken()
    expect(bare).not.toHaveProperty('acr')
    expect(bare).not.toHaveProperty('amr')
  })

  test.each<[string, Parameters]>([
    ['acr_values', { acr_values: `${gold} ${silver}` }],
    ['acr without essential', { claims: JSON.stringify({ id_token: { acr: { values: [gold, silver] } } }) }],
    ['acr that is essential without a value', essential({})],
    ['acr of userinfo', { claims: JSON.stringify({ userinfo: { acr: { essential: true, value: gold } } }) }],
  ])('%s is a wish: another session is accepted, and the ID token says which acr it has', async (_name, parameters) => {
    const { world, browser, idToken } = await start()
    signIn(world, browser, { acr: 'urn:example:bronze' })
    expect((await idToken(parameters)).acr).toBe('urn:example:bronze')
  })

  test('the login page is told what is wished for, in its order, and whether it is a demand', async () => {
    const { world, client } = await start({ default_acr_values: [silver, gold] })
    const told = async (parameters: Parameters) => {
      const browser = world.browser()
      const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope, ...parameters }))
      const { acrValues, acrRequired } = await world.provider.resolveLoginContext(browser.pageRequest(url))
      return { acrValues, acrRequired, url: new URL(url).searchParams.get('acr_values') }
    }
    expect(await told({})).toEqual({ acrValues: [silver, gold], acrRequired: false, url: `${silver} ${gold}` })
    expect(await told({ acr_values: gold })).toEqual({ acrValues: [gold], acrRequired: false, url: gold })
    expect(await told(essential({ values: [gold, silver] }))).toMatchObject({
      acrValues: [gold, silver],
      acrRequired: true,
    })
    expect(await told({ ...essential({ value: gold }), acr_values: 'x' })).toMatchObject({
      acrValues: [gold],
      acrRequired: true,
    })
  })
})

describe('an essential acr (OpenID Connect Core section 5.5.1.1)', () => {
  test.each([
    ['value', { value: gold }],
    ['values', { values: ['x', gold] }],
  ])('a session with this %s goes on in silence', async (_name, details) => {
    const { world, browser, idToken } = await start()
    signIn(world, browser, { acr: gold })
    expect((await idToken(essential(details))).acr).toBe(gold)
    expect((await idToken({ ...essential(details), prompt: 'none' })).acr).toBe(gold)
  })

  test.each([
    ['another acr', silver],
    ['none', undefined],
  ])('a session with %s signs in again; in silence login_required', async (_name, acr) => {
    const { world, client, browser, idToken } = await start()
    signIn(world, browser, { acr })
    const before = await idToken()
    world.clock.advance(10)
    const demand = { scope, ...essential({ values: [gold] }) }
    const silent = await ask(world, client, { ...demand, prompt: 'none' }, { browser })
    expectErrorRedirect(world, silent, redirectUri, 'login_required')

    const pkce = createPkce()
    const page = await browser.visit(authorizeUrl(world, client, pkce, demand))
    expect(pathOf(page.url)).toBe('/login')
    // The session from before does not satisfy the request.
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    expectErrorRedirect(world, await browser.request(returnTo), redirectUri, 'unmet_authentication_requirements')
    signIn(world, browser, { acr: gold })
    const { url } = await browser.visit(returnTo)
    const code = new URL(url).searchParams.get('code') as string
    const { body } = await exchangeCode(world, client, { code, pkce, parameters: new URLSearchParams(), browser })
    expect(claimsOf(body.id_token).acr).toBe(gold)
    expect(claimsOf(body.id_token).auth_time).toBeGreaterThan(before.auth_time as number)
  })

  test('a step up inside the session that was there is enough', async () => {
    const { world, client, browser } = await start()
    signIn(world, browser, { acr: silver })
    await authorize(world, client, { scope }, { browser })
    world.clock.advance(10)
    const page = await browser.visit(
      authorizeUrl(world, client, createPkce(), { scope, ...essential({ value: gold }) }),
    )
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    const id = browser.cookies.get('session') as string
    const before = world.sessions.get(id) as NonNullable<ReturnType<World['sessions']['get']>>
    world.sessions.set(id, { ...before, session: { ...before.session, acr: gold } })
    expect((await browser.visit(returnTo)).url).toContain('code=')
  })

  test('a user who signs in for it and still has another acr gets unmet_authentication_requirements, in the response mode asked for', async () => {
    const { world, client, browser } = await start()
    const demand = { scope, ...essential({ values: [gold] }) }
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), demand))
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    signIn(world, browser, { acr: silver })
    const response = await browser.request(returnTo)
    const answer = expectErrorRedirect(world, response, redirectUri, 'unmet_authentication_requirements')
    expect(answer.get('state')).toBe('client-state')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })
})
