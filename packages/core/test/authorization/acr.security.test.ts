import type { ClientInput, Session } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  claimsOf,
  createPkce,
  exchangeCode,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect, send } from '../support/expectations.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../support/tokens.ts'
import { alice, type World, type WorldOptions } from '../support/world.ts'

const scope = 'openid notes:read'
const silver = 'urn:example:silver'
const gold = 'urn:example:gold'

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

describe('what a resource server learns of the authentication behind a token', () => {
  test('introspection of an opaque token and of a JWT has acr, amr and auth_time (H21)', async () => {
    const { world, client, browser } = await start()
    const server = await registerResourceServer(world)
    signIn(world, browser, { acr: silver, amr: ['pwd', 'otp'] })
    const auth_time = world.clock.now()
    world.clock.advance(30)
    const expected = { active: true, acr: silver, amr: ['pwd', 'otp'], auth_time }
    const opaque = await exchangeCode(world, client, await authorize(world, client, { scope }, { browser }))
    expect(opaque.body.access_token).not.toContain('.')
    expect((await introspect(world, client, opaque.body.access_token)).body).toMatchObject(expected)
    const authorized = await authorize(world, client, { scope }, { browser })
    const jwt = await exchangeCode(world, client, authorized, { resource: api })
    expect(claimsOf(jwt.body.access_token)).toMatchObject({ acr: silver, amr: ['pwd', 'otp'], auth_time })
    expect((await introspect(world, server, jwt.body.access_token)).body).toMatchObject(expected)
    for (const { access_token } of [opaque.body, jwt.body]) {
      const verified = await world.provider.verifyAccessToken(access_token)
      expect(verified).toMatchObject({ acr: silver, amr: ['pwd', 'otp'], authTime: auth_time })
    }
  })

  test('introspection leaves out what the session did not say, and a hook does not say it in its place (H21)', async () => {
    const { world, client, browser } = await start({ customAccessTokenClaims: () => ({ acr: gold, auth_time: 1 }) })
    signIn(world, browser, { amr: undefined })
    const { body } = await exchangeCode(world, client, await authorize(world, client, { scope }, { browser }))
    const answer = (await introspect(world, client, body.access_token)).body
    expect(answer).not.toHaveProperty('acr')
    expect(answer).not.toHaveProperty('amr')
    expect(answer.auth_time).toBe(world.clock.now())
  })

  test('both discovery documents say which classes there are (H21)', async () => {
    const { world } = await start({ advertisedMetadata: { acrValuesSupported: [silver, gold] } })
    for (const name of ['oauth-authorization-server', 'openid-configuration']) {
      const { body } = await send(world, `${world.issuer}/.well-known/${name}`)
      expect(body.acr_values_supported).toEqual([silver, gold])
    }
  })
})

describe('requireAcrValues', () => {
  const binding = { requireAcrValues: true }

  test('without the option acr_values stays a wish (H21)', async () => {
    const { world, client, browser } = await start()
    signIn(world, browser, { acr: silver })
    const { code } = await authorize(world, client, { scope, acr_values: gold }, { browser })
    expect(code).toBeTypeOf('string')
  })

  test('a session with one of the values goes on, whichever it is (H21)', async () => {
    const { world, client, browser } = await start(binding)
    signIn(world, browser, { acr: silver })
    const authorized = await authorize(world, client, { scope, acr_values: `${gold} ${silver}` }, { browser })
    expect(claimsOf((await exchangeCode(world, client, authorized)).body.id_token).acr).toBe(silver)
  })

  test.each([silver, undefined])(
    'a session with %s signs in again, and the page is told what is needed (H21)',
    async (acr) => {
      const { world, client, browser } = await start(binding)
      signIn(world, browser, { acr })
      const silent = await ask(world, client, { scope, acr_values: gold, prompt: 'none' }, { browser })
      expectErrorRedirect(world, silent, redirectUri, 'login_required')
      world.clock.advance(10)
      const page = await browser.visit(authorizeUrl(world, client, createPkce(), { scope, acr_values: gold }))
      expect(new URL(page.url).pathname).toBe('/login')
      const context = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
      expect(context).toMatchObject({ acrValues: [gold], acrRequired: true })
      signIn(world, browser, { acr: gold })
      expect(new URL((await browser.visit(context.returnTo)).url).pathname).toBe('/consent')
    },
  )

  test('a user who signs in for it without such a class gets unmet_authentication_requirements and no grant (H21)', async () => {
    const { world, client, browser } = await start(binding)
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), { scope, acr_values: gold }))
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    signIn(world, browser, { acr: silver })
    const answer = await browser.request(returnTo)
    expectErrorRedirect(world, answer, redirectUri, 'unmet_authentication_requirements')
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('default_acr_values of the client are a demand as well, and acr_values of the request stand before them (H21)', async () => {
    const { world, client, browser } = await start(binding, { default_acr_values: [gold] })
    signIn(world, browser, { acr: silver })
    const byDefault = await ask(world, client, { scope, prompt: 'none' }, { browser })
    expectErrorRedirect(world, byDefault, redirectUri, 'login_required')
    const named = await ask(world, client, { scope, prompt: 'none', acr_values: silver }, { browser })
    expectErrorRedirect(world, named, redirectUri, 'consent_required')
  })

  test('an essential acr of the claims parameter stands before acr_values (H21)', async () => {
    const { world, client, browser } = await start(binding)
    signIn(world, browser, { acr: silver })
    const claims = JSON.stringify({ id_token: { acr: { essential: true, value: silver } } })
    const silent = await ask(world, client, { scope, prompt: 'none', claims, acr_values: gold }, { browser })
    expectErrorRedirect(world, silent, redirectUri, 'consent_required')
    const wish = JSON.stringify({ id_token: { acr: { value: silver } } })
    const both = await ask(world, client, { scope, prompt: 'none', claims: wish, acr_values: gold }, { browser })
    expectErrorRedirect(world, both, redirectUri, 'login_required')
  })

  test('values that do not fit the URL of a page are not cut into others that a session could have (H21)', async () => {
    const { world, client, browser } = await start(binding)
    for (const long of [`urn:example:${'x'.repeat(300)}`, `${gold} ${'x'.repeat(300)}`]) {
      signIn(world, browser, { acr: long.slice(0, 255) })
      const answer = await ask(world, client, { scope, prompt: 'none', acr_values: long }, { browser })
      expectErrorRedirect(world, answer, redirectUri, 'invalid_request')
    }
  })
})
