import type { ClientInput, UserClaims } from '@oauth/core'
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
  userinfo,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, bob, type TestUser, type World, type WorldOptions } from '../support/world.ts'

const all = 'openid profile email phone address offline_access'

async function start(options: WorldOptions = {}, input: ClientInput = {}) {
  const world = createQuickWorld(options)
  return { world, client: await registerConfidential(world, { scope: all, ...input }) }
}

/** The parameters of a request with few scopes and this `claims` parameter. */
const asking = (claims: object, scope = 'openid'): Parameters => ({ scope, claims: JSON.stringify(claims) })

/** The claims that a client gets in its ID token and from userinfo. */
async function learn(world: World, client: Awaited<ReturnType<typeof registerConfidential>>, parameters: Parameters) {
  const { body } = await exchangeCode(world, client, await authorize(world, client, parameters))
  return { tokens: body, idToken: claimsOf(body.id_token), userinfo: (await userinfo(world, body.access_token)).body }
}

describe('claims asked for by name', () => {
  test('claims asked for at userinfo are at userinfo, those asked for in the ID token are in it, and neither is in the other', async () => {
    const { world, client } = await start()
    const learnt = await learn(
      world,
      client,
      asking({
        userinfo: { name: { essential: true } },
        id_token: { email: null, email_verified: { essential: true } },
      }),
    )
    expect(learnt.userinfo).toEqual({ sub: alice.id, name: alice.name })
    expect(learnt.idToken).toMatchObject({ email: alice.email, email_verified: true })
    expect(learnt.idToken).not.toHaveProperty('name')
  })

  test('with idTokenScopeClaims: false claims by name come beside those of the scopes, which stay at userinfo', async () => {
    const { world, client } = await start({ idTokenScopeClaims: false })
    const learnt = await learn(world, client, asking({ userinfo: { given_name: null } }, 'openid email'))
    expect(learnt.userinfo).toEqual({
      sub: alice.id,
      email: alice.email,
      email_verified: true,
      given_name: alice.givenName,
    })
    expect(learnt.idToken).not.toHaveProperty('email')
  })

  test('after a refresh the client learns the same', async () => {
    const { world, client } = await start()
    const parameters = asking({ userinfo: { name: null }, id_token: { email: null } }, 'openid offline_access')
    const { tokens } = await learn(world, client, parameters)
    const { body } = await refresh(world, client, tokens.refresh_token)
    expect(claimsOf(body.id_token)).toMatchObject({ email: alice.email })
    expect((await userinfo(world, body.access_token)).body).toEqual({ sub: alice.id, name: alice.name })
  })

  test('a claim that the user has not is left out, essential or not, and no error', async () => {
    const { world, client } = await start()
    const essential = { essential: true }
    const learnt = await learn(
      world,
      client,
      asking({ userinfo: { phone_number: essential, address: essential }, id_token: { birthdate: essential } }),
    )
    expect(learnt.userinfo).toEqual({ sub: alice.id })
    expect(learnt.idToken).not.toHaveProperty('birthdate')
  })

  test.each<[string, object, boolean]>([
    ['the value it has', { value: alice.email }, true],
    ['another value', { value: 'mallory@example.com' }, false],
    ['values with the one it has', { values: ['x', alice.email] }, true],
    ['other values', { values: ['x', 'y'], essential: true }, false],
    ['the text of another type', { value: 1 }, false],
    ['members that nobody knows', { purpose: 'to write to you', max_age: 3 }, true],
    ['null for what is left out', { essential: null, value: null, values: null }, true],
  ])('a request for a claim with %s gets it only when the value fits', async (_name, details, told) => {
    const { world, client } = await start()
    const learnt = await learn(world, client, asking({ userinfo: { email: details }, id_token: { email: details } }))
    expect('email' in learnt.userinfo).toBe(told)
    expect('email' in learnt.idToken).toBe(told)
  })

  test('auth_time, acr and amr asked for are in the ID token as ever', async () => {
    const { world, client } = await start()
    const essential = { essential: true }
    const { idToken } = await learn(world, client, asking({ id_token: { auth_time: essential, acr: null, amr: null } }))
    expect(idToken).toMatchObject({ auth_time: world.clock.now(), amr: ['pwd'] })
    expect(idToken).not.toHaveProperty('acr')
  })

  test('unknown claims, languages and places are ignored', async () => {
    const { world, client } = await start()
    const learnt = await learn(world, client, {
      ...asking({
        userinfo: {
          name: null,
          'name#ja': { value: [{ deep: 1 }] },
          favourite_colour: 'whatever',
          verified_claims: {},
        },
        id_token: null,
        access_token: { name: null },
      }),
      claims_locales: 'ja de-CH x-klingon ---',
    })
    expect(learnt.userinfo).toEqual({ sub: alice.id, name: alice.name })
  })

  test('a client gets no claim of a scope that it is not registered for, trusted or not', async () => {
    for (const skip_consent of [true, false]) {
      const { world, client } = await start({}, { scope: 'openid profile', skip_consent })
      const learnt = await learn(
        world,
        client,
        asking({ userinfo: { email: null, name: null }, id_token: { email: null } }),
      )
      expect(learnt.userinfo).toEqual({ sub: alice.id, name: alice.name })
      expect(learnt.idToken).not.toHaveProperty('email')
    }
  })

  test('claims of the host’s own are given by name only, and only those that the option lists', async () => {
    const userClaims = ({ name, tenant }: TestUser): UserClaims => ({ name, tenant, payroll: 5000, updated_at: 7 })
    const claimsSupported = ['sub', 'name', 'tenant']
    const { world, client } = await start({ userClaims, advertisedMetadata: { claimsSupported } })
    const plain = await learn(world, client, { scope: 'openid profile' })
    expect(plain.userinfo).toEqual({ sub: alice.id, name: alice.name, updated_at: 7 })
    const wanted = { tenant: null, payroll: null, updated_at: null }
    const named = await learn(world, client, asking({ userinfo: wanted, id_token: { tenant: { essential: true } } }))
    expect(named.userinfo).toEqual({ sub: alice.id, tenant: alice.tenant, updated_at: 7 })
    expect(named.idToken).toMatchObject({ tenant: alice.tenant })
    expect(named.idToken).not.toHaveProperty('payroll')
  })

  test('the value of a hook replaces the value of a claim', async () => {
    const { world, client } = await start({
      customIdTokenClaims: () => ({ email: 'hook@example.com' }),
      customUserinfoClaims: () => ({ name: 'Hook' }),
    })
    const learnt = await learn(world, client, asking({ userinfo: { name: null }, id_token: { email: null } }))
    expect([learnt.idToken.email, learnt.userinfo.name]).toEqual(['hook@example.com', 'Hook'])
  })

  test('without openid the parameter means nothing, not even when it is malformed', async () => {
    const { world, client } = await start({}, { scope: 'notes:read email' })
    const { body } = await exchangeCode(
      world,
      client,
      await authorize(world, client, { scope: 'notes:read', claims: '{' }),
    )
    expect(body).not.toHaveProperty('id_token')
    const [grant] = await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
    expect(grant).not.toHaveProperty('claims')
  })
})

describe('consent to claims asked for by name', () => {
  const parameters = asking({ userinfo: { name: { essential: true }, email: null }, id_token: { name: null } })
  const pathOf = ({ url }: { readonly url: string }) => new URL(url).pathname

  async function consentPage(world: World, browser: Browser, client: { client_id: string }, wanted: Parameters) {
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), wanted), { user: alice })
    expect(pathOf({ url })).toBe('/consent')
    return { url, context: await world.provider.resolveLoginContext(browser.pageRequest(url)) }
  }

  test('the consent page is told which claims are asked for and which are essential, without those that a scope brings', async () => {
    const { world, client } = await start()
    const { context } = await consentPage(world, world.browser(), client, parameters)
    expect(context.claims).toEqual([
      { name: 'name', essential: true },
      { name: 'email', essential: false },
    ])
    const covered = asking({ userinfo: { name: null, email: null } }, 'openid email')
    const other = await consentPage(world, world.browser(), client, covered)
    expect(other.context.claims).toEqual([{ name: 'name', essential: false }])
  })

  test('a consent to claims is remembered: the same claims are not asked for again, one claim more is', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, parameters)
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    expect(consent).toMatchObject({ scope: ['openid'], claims: ['name', 'email'] })
    expect(await world.provider.listConsents(alice.id)).toMatchObject([{ claims: ['name', 'email'] }])

    const again = await ask(world, client, { ...parameters, prompt: 'none' }, { browser })
    expect(new URL(again.headers.get('location') as string).searchParams.get('code')).toMatch(
      /^c[0-9a-v]{24}[\w-]{43}$/,
    )

    const more = asking({ userinfo: { name: null, phone_number: null } })
    const silent = await ask(world, client, { ...more, prompt: 'none' }, { browser })
    expectErrorRedirect(world, silent, redirectUri, 'consent_required')
    await authorize(world, client, more, { browser })
    expect((await world.storage.consents.list({ userId: alice.id }))[0]?.claims).toEqual([
      'name',
      'email',
      'phone_number',
    ])
    const then = await ask(world, client, { ...more, prompt: 'none' }, { browser })
    expect(new URL(then.headers.get('location') as string).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('a consent to the scope is a consent to its claims by name', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, { scope: 'openid email' })
    const silent = await ask(world, client, { ...asking({ id_token: { email: null } }), prompt: 'none' }, { browser })
    expect(new URL(silent.headers.get('location') as string).searchParams.get('code')).toMatch(
      /^c[0-9a-v]{24}[\w-]{43}$/,
    )
  })

  test('a consent of another user, or for another client, answers for nobody', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, parameters)
    const other = await registerConfidential(world, { scope: all })
    const foreign = await ask(world, other, { ...parameters, prompt: 'none' }, { browser })
    expectErrorRedirect(world, foreign, redirectUri, 'consent_required')
    const ofBob = world.browser()
    ofBob.signIn(bob)
    const response = await ask(world, client, { ...parameters, prompt: 'none' }, { browser: ofBob })
    expectErrorRedirect(world, response, redirectUri, 'consent_required')
  })

  /** Posts the consent form with these members. Returns the claims that the client gets. */
  async function answer(wanted: Parameters, members: Record<string, string>) {
    const { world, client } = await start()
    const browser = world.browser()
    const pkce = createPkce()
    const { url } = await browser.visit(authorizeUrl(world, client, pkce, wanted), { user: alice })
    const { state } = await world.provider.resolveLoginContext(browser.pageRequest(url))
    const response = await browser.request(`${world.issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { origin: new URL(world.issuer).origin },
      body: new URLSearchParams({ state, accept: 'true', ...members }),
    })
    if (response.status === 400) return { response, world }
    const code = new URL(response.headers.get('location') as string).searchParams.get('code') as string
    const { body } = await exchangeCode(world, client, { code, pkce, parameters: new URLSearchParams(), browser })
    return { response, world, body, info: (await userinfo(world, body.access_token)).body }
  }

  test.each<[string, string | undefined, object, readonly string[]]>([
    ['one', 'email', { email: alice.email }, ['email']],
    ['both, one twice', 'name  email name', { email: alice.email, name: alice.name }, ['name', 'email']],
    ['none', '', {}, []],
    ['no claim, on a page that says nothing of claims,', undefined, {}, []],
  ])('the user may agree to %s of them', async (_name, claims, told, remembered) => {
    const { world, info } = await answer(parameters, claims === undefined ? {} : { claims })
    expect(info).toEqual({ sub: alice.id, ...told })
    expect((await world.storage.consents.list({ userId: alice.id }))[0]?.claims).toEqual(remembered)
  })

  test('the user cannot agree to claims that were not asked for', async () => {
    const { response, world } = await answer(parameters, { claims: 'name phone_number' })
    expect(await response.text()).toContain('Error: invalid_request')
    expect(await world.storage.consents.list({ userId: alice.id })).toEqual([])
  })

  test('a scope that the user leaves out takes its claims along', async () => {
    const wanted = asking({ userinfo: { email: null, name: null }, id_token: { email: null } }, 'openid email')
    const { body, info, world } = await answer(wanted, { scope: 'openid', claims: 'name' })
    expect(info).toEqual({ sub: alice.id, name: alice.name })
    expect(claimsOf(body.id_token)).not.toHaveProperty('email')
    expect((await world.storage.consents.list({ userId: alice.id }))[0]).toMatchObject({
      scope: ['openid'],
      claims: ['name'],
    })
  })
})

describe('sub asked for by value', () => {
  const sub = (value: string) => asking({ id_token: { sub: { value } } })

  test('sub of the signed-in user continues; another sub answers login_required in silence, or shows the login page', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, { scope: 'openid' })
    world.clock.advance(10)
    const silent = await ask(world, client, { ...sub(alice.id), prompt: 'none' }, { browser })
    expect(new URL(silent.headers.get('location') as string).searchParams.get('code')).toMatch(
      /^c[0-9a-v]{24}[\w-]{43}$/,
    )
    for (const claims of [sub(bob.id), asking({ userinfo: { sub: { values: [bob.id, 'x'] } } })]) {
      const refused = await ask(world, client, { ...claims, prompt: 'none' }, { browser })
      expectErrorRedirect(world, refused, redirectUri, 'login_required')
    }
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), sub(bob.id)))
    expect(new URL(page.url).pathname).toBe('/login')
  })

  test('when another user signs in for it, the answer is login_required, and no code is issued', async () => {
    const { world, client } = await start()
    const url = authorizeUrl(world, client, createPkce(), sub(bob.id))
    const wrong = new URL((await world.browser().visit(url, { user: alice, accept: true })).url).searchParams
    expect([wrong.get('error'), wrong.get('code')]).toEqual(['login_required', null])
    const right = new URL((await world.browser().visit(url, { user: bob, accept: true })).url).searchParams
    expect(right.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('sub is the one that this client sees, pairwise too', async () => {
    const options = { pairwiseSecret: 'pairwise secret with enough characters' }
    const { world, client } = await start(options, { subject_type: 'pairwise' })
    const authorized = await authorize(world, client, { scope: 'openid' })
    const own = String(claimsOf((await exchangeCode(world, client, authorized)).body.id_token).sub)
    expect(own).not.toBe(alice.id)
    const { browser } = authorized
    const silent = await ask(world, client, { ...sub(own), prompt: 'none' }, { browser })
    expect(new URL(silent.headers.get('location') as string).searchParams.get('code')).toMatch(
      /^c[0-9a-v]{24}[\w-]{43}$/,
    )
    const refused = await ask(world, client, { ...sub(alice.id), prompt: 'none' }, { browser })
    expectErrorRedirect(world, refused, redirectUri, 'login_required')
  })

  test('a hint and a value that mean two users answer for nobody', async () => {
    const { world, client } = await start()
    const authorized = await authorize(world, client, { scope: 'openid' })
    const id_token_hint = (await exchangeCode(world, client, authorized)).body.id_token
    const { browser } = authorized
    const both = { ...sub(alice.id), prompt: 'none', id_token_hint }
    expect((await ask(world, client, both, { browser })).headers.get('location')).toContain('code=')
    const torn = await ask(world, client, { ...both, ...sub(bob.id) }, { browser })
    expectErrorRedirect(world, torn, redirectUri, 'login_required')
  })
})
