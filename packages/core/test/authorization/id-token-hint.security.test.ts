import { describe, expect, test } from 'vitest'
import {
  type Authorized,
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { ask, expectErrorRedirect } from '../support/expectations.ts'
import { alice, bob, createWorld, issuer } from '../support/world.ts'

/** Alice has signed in at this client, and `hint` is the ID token that it got. */
async function start() {
  const world = createWorld()
  const client = await registerConfidential(world)
  const authorized = await authorize(world, client, {}, { user: alice })
  const hint = (await exchangeCode(world, client, authorized)).body.id_token as string
  return { world, client, hint, ofAlice: authorized.browser }
}

function codeIn(response: Response): string | null {
  return new URL(response.headers.get('location') as string).searchParams.get('code')
}

describe('id_token_hint with prompt=none (F10)', () => {
  test('the hint of another user answers login_required, without a silent switch (F10)', async () => {
    const { world, client, hint, ofAlice } = await start()
    const { browser: ofBob } = await authorize(world, client, {}, { user: bob })
    const silent = { prompt: 'none', id_token_hint: hint }
    expectErrorRedirect(world, await ask(world, client, silent, { browser: ofBob }), redirectUri, 'login_required')
    expect(codeIn(await ask(world, client, silent, { browser: ofAlice }))).toBeTruthy()
  })

  test('the hint of another client answers login_required, even for the same user (F10)', async () => {
    const { world, client, ofAlice } = await start()
    const other = await registerConfidential(world)
    const foreign: Authorized = await authorize(world, other, {}, { browser: ofAlice })
    const id_token_hint = (await exchangeCode(world, other, foreign)).body.id_token
    const response = await ask(world, client, { prompt: 'none', id_token_hint }, { browser: ofAlice })
    expectErrorRedirect(world, response, redirectUri, 'login_required')
  })

  test('an expired hint still says who is meant (F10)', async () => {
    const { world, client, hint, ofAlice } = await start()
    const { browser: ofBob } = await authorize(world, client, {}, { user: bob })
    world.clock.advance(36_001)
    const silent = { prompt: 'none', id_token_hint: hint }
    expect(codeIn(await ask(world, client, silent, { browser: ofAlice }))).toBeTruthy()
    expectErrorRedirect(world, await ask(world, client, silent, { browser: ofBob }), redirectUri, 'login_required')
  })
})

describe('id_token_hint with a user in front of the browser (F10)', () => {
  test('when another user is signed in, the login page is shown, and signing in as the meant user continues (F10)', async () => {
    const { world, client, hint } = await start()
    const { browser } = await authorize(world, client, {}, { user: bob })
    world.clock.advance(10)
    const page = await browser.visit(authorizeUrl(world, client, createPkce(), { id_token_hint: hint }))
    expect(new URL(page.url).pathname).toBe('/login')
    browser.signIn(alice)
    const state = new URL(page.url).searchParams.get('state')
    const { url } = await browser.visit(`${issuer}/oauth2/continue?state=${state}`)
    expect(new URL(url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
  })

  test('when another user signs in for it, the answer is login_required, and they get no code (F10)', async () => {
    const { world, client, hint } = await start()
    await authorize(world, client, {}, { user: bob })
    const browser = world.browser()
    const url = authorizeUrl(world, client, createPkce(), { id_token_hint: hint })
    const answer = new URL((await browser.visit(url, { user: bob, accept: true })).url).searchParams
    expect([answer.get('error'), answer.get('code')]).toEqual(['login_required', null])
  })

  test('the hint is not shown to the page (F10)', async () => {
    const { world, client, hint } = await start()
    const page = await world.browser().visit(authorizeUrl(world, client, createPkce(), { id_token_hint: hint }))
    expect(page.url).not.toContain(hint)
  })
})
