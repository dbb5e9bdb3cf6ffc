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
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { alice, bob, createWorld, issuer, type World } from '../support/world.ts'

/** A browser whose user signed in and consented `age` seconds ago. */
async function returning(age: number) {
  const world = createWorld()
  const client = await registerConfidential(world)
  const { browser } = await authorize(world, client)
  world.clock.advance(age)
  return { world, client, browser }
}

async function pageOf(world: World, browser: Browser, client: { client_id: string }, parameters: Parameters) {
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), parameters))
  const { origin, pathname, searchParams } = new URL(url)
  return { page: origin + pathname, state: searchParams.get('state') as string }
}

const loginPage = 'https://id.example.com/login'
const demands: readonly (readonly [string, Parameters, string])[] = [
  ['prompt=login', { prompt: 'login' }, loginPage],
  ['prompt=login consent', { prompt: 'login consent' }, loginPage],
  ['max_age=0', { max_age: '0' }, loginPage],
  ['max_age=1', { max_age: '1' }, loginPage],
  ['prompt=create', { prompt: 'create' }, 'https://id.example.com/signup'],
]

describe('demands to sign in again (F10)', () => {
  test.each(demands)('%s asks again although somebody is signed in (F10)', async (_name, parameters, page) => {
    const { world, client, browser } = await returning(10)
    expect((await pageOf(world, browser, client, parameters)).page).toBe(page)
  })

  test.each(demands)('%s is not satisfied by the session that was there (F10)', async (_name, parameters, page) => {
    const { world, client, browser } = await returning(10)
    const { state } = await pageOf(world, browser, client, parameters)
    const next = () => browser.request(`${issuer}/oauth2/continue?state=${state}&created=true&selected=true`)
    if (page !== loginPage) {
      // When the user did not sign up on the sign-up page, the server sends them to the login page.
      const { origin, pathname } = new URL((await next()).headers.get('location') as string)
      expect(origin + pathname).toBe(loginPage)
    }
    for (const seconds of [0, 5, 60]) {
      world.clock.advance(seconds)
      expectErrorRedirect(world, await next(), redirectUri, 'login_required')
    }
  })

  test.each(demands)('%s is not satisfied by an older session of another user (F10)', async (_name, parameters) => {
    const { world, client, browser } = await returning(10)
    const older = world.signIn(bob)
    world.clock.advance(10)
    const { state } = await pageOf(world, browser, client, parameters)
    world.clock.advance(2)
    browser.cookies.set('session', older)
    const again = await browser.request(`${issuer}/oauth2/continue?state=${state}`)
    expect(new URL(again.headers.get('location') as string).pathname).toBe('/login')
  })

  test.each(demands)('%s is satisfied by a later session, as auth_time proves (F10)', async (_name, parameters) => {
    const { world, client, browser } = await returning(10)
    const pkce = createPkce()
    const page = await browser.visit(authorizeUrl(world, client, pkce, parameters))
    const state = new URL(page.url).searchParams.get('state')
    world.clock.advance(7)
    browser.signIn(alice)
    const signedInAt = world.clock.now()
    world.clock.advance(3)
    const { url } = await browser.visit(`${issuer}/oauth2/continue?state=${state}`, { accept: true })
    const answer = new URL(url).searchParams
    const authorized = { code: answer.get('code') as string, pkce, parameters: answer, browser }
    const { body } = await exchangeCode(world, client, authorized)
    expect(claimsOf(body.id_token).auth_time).toBe(signedInAt)
  })

  test('a sign-in anew within the same session counts as well (F10)', async () => {
    const { world, client, browser } = await returning(10)
    const { state } = await pageOf(world, browser, client, { prompt: 'login' })
    world.clock.advance(5)
    const id = browser.cookies.get('session') as string
    world.sessions.set(id, { user: alice, session: { id, authTime: world.clock.now() } })
    const { url } = await browser.visit(`${issuer}/oauth2/continue?state=${state}`)
    expect(new URL(url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('max_age=0 asks again even in the second of the last sign-in (F10)', async () => {
    const { world, client, browser } = await returning(0)
    // OpenID Connect Core section 3.1.2.1: max_age=0 is equivalent to prompt=login.
    expect((await pageOf(world, browser, client, { max_age: '0' })).page).toBe(loginPage)
  })

  test('a session that is young enough for max_age is left alone (F10)', async () => {
    const { world, client, browser } = await returning(30)
    const authorized = await authorize(world, client, { max_age: '30' }, { browser })
    const { body } = await exchangeCode(world, client, authorized)
    expect(claimsOf(body.id_token).auth_time).toBe(world.clock.now() - 30)
    expect((await pageOf(world, browser, client, { max_age: '29' })).page).toBe(loginPage)
  })
})

describe('prompt=none (F10)', () => {
  const silent = { prompt: 'none' }

  test('prompt=none answers login_required when nobody is signed in (F10)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    expectErrorRedirect(world, await ask(world, client, silent), redirectUri, 'login_required')
  })

  test('prompt=none answers login_required when the session is too old (F10)', async () => {
    const { world, client, browser } = await returning(10)
    for (const max_age of ['0', '1', '9']) {
      const response = await ask(world, client, { ...silent, max_age }, { browser })
      expectErrorRedirect(world, response, redirectUri, 'login_required')
    }
  })

  test('max_age=0 answers login_required in the second of the last sign-in (F10)', async () => {
    const { world, client, browser } = await returning(0)
    const response = await ask(world, client, { ...silent, max_age: '0' }, { browser })
    expectErrorRedirect(world, response, redirectUri, 'login_required')
  })

  test('prompt=none answers consent_required without consent, or with consent to less (F10)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    browser.signIn(alice)
    expectErrorRedirect(world, await ask(world, client, silent, { browser }), redirectUri, 'consent_required')
    await authorize(world, client, { scope: 'openid' }, { browser })
    const wider = await ask(world, client, { ...silent, scope: 'openid email' }, { browser })
    expectErrorRedirect(world, wider, redirectUri, 'consent_required')
  })

  test('prompt=none gives a signed-in user who has agreed a code at once, and stores nothing but the grant (F10)', async () => {
    const { world, client, browser } = await returning(10)
    const started = world.events.filter(({ type }) => type === 'interaction.started').length
    const response = await ask(world, client, silent, { browser })
    expect(new URL(response.headers.get('location') as string).searchParams.get('code')).toMatch(
      /^c[0-9a-v]{24}[\w-]{43}$/,
    )
    expect(world.events.filter(({ type }) => type === 'interaction.started')).toHaveLength(started)
  })

  test.each(['login', 'consent', 'create', 'select_account'])(
    'none together with %s is invalid_request (F10)',
    async (p) => {
      const { world, client, browser } = await returning(10)
      for (const prompt of [`none ${p}`, `${p} none`]) {
        const response = await ask(world, client, { prompt }, { browser })
        expectErrorRedirect(world, response, redirectUri, 'invalid_request')
      }
    },
  )
})
