import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Parameters,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, baseUrl, bob, createWorld, issuer } from '../support/world.ts'

async function start(parameters: Parameters = {}) {
  const { storage, writes } = watchStorage()
  const world = createWorld({ storage })
  const client = await registerConfidential(world)
  const browser = world.browser()
  const pkce = createPkce()
  const { url } = await browser.visit(authorizeUrl(world, client, pkce, parameters), { user: alice })
  writes.length = 0
  const finish = (location: string) => {
    const answer = new URL(location).searchParams
    return exchangeCode(world, client, { code: answer.get('code') as string, pkce, parameters: answer, browser })
  }
  return { world, client, browser, url, writes, finish }
}

function answer(browser: Browser, pageUrl: string, form: Record<string, string>): Promise<Response> {
  const state = new URL(pageUrl).searchParams.get('state') ?? ''
  return browser.request(`${issuer}/oauth2/consent`, {
    method: 'POST',
    headers: { origin: baseUrl },
    body: new URLSearchParams({ state, ...form }),
  })
}

async function pathAfter(
  world: ReturnType<typeof createWorld>,
  browser: Browser,
  client: { client_id: string },
  scope: string,
) {
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { scope }))
  return new URL(url).pathname
}

describe('consent', () => {
  test('a consent is remembered: the same scopes, or fewer, are not asked for again', async () => {
    const { world, client, browser, url } = await start({ scope: 'openid email' })
    await browser.consent(url, true)
    expect(await pathAfter(world, browser, client, 'openid email')).toBe('/callback')
    expect(await pathAfter(world, browser, client, 'email')).toBe('/callback')
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'consent.remembered', userId: alice.id }))
  })

  test('a wider scope asks again, and afterwards the union is remembered', async () => {
    const { world, client, browser, url } = await start({ scope: 'openid email' })
    await browser.consent(url, true)
    expect(await pathAfter(world, browser, client, 'openid profile')).toBe('/consent')
    await authorize(world, client, { scope: 'openid profile' }, { browser })
    expect(await pathAfter(world, browser, client, 'openid email profile')).toBe('/callback')
  })

  test('a consent is for one user and one client', async () => {
    const { world, client, browser, url } = await start({ scope: 'openid' })
    await browser.consent(url, true)
    const other = await registerConfidential(world)
    expect(await pathAfter(world, browser, other, 'openid')).toBe('/consent')
    browser.signIn(bob)
    expect(await pathAfter(world, browser, client, 'openid')).toBe('/consent')
  })

  test('a client that is trusted on the server side is not asked for, unless it asks itself', async () => {
    const world = createWorld()
    const client = await registerConfidential(world, { skip_consent: true })
    const browser = world.browser()
    browser.signIn(alice)
    expect(await pathAfter(world, browser, client, 'openid')).toBe('/callback')
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { prompt: 'consent' }))
    expect(new URL(url).pathname).toBe('/consent')
  })

  test.each(['false', '', 'no', '1', 'yes', ' true'])(
    'accept=%j is a denial: access_denied, and nothing is granted',
    async (accept) => {
      const { world, client, browser, url, writes } = await start()
      const response = await answer(browser, url, { accept })
      expect(response.status).toBe(303)
      expect(expectErrorRedirect(world, response, redirectUri, 'access_denied').get('state')).toBe('client-state')
      expect(writes).toEqual(['records.take'])
      await expectErrorPage(await answer(browser, url, { accept: 'true' }), 400, 'invalid_request')
      expect(await pathAfter(world, browser, client, 'openid')).toBe('/consent')
    },
  )

  test('the page may narrow the scope: the grant and the memory have only that', async () => {
    const { world, client, browser, url, finish } = await start({ scope: 'openid profile email offline_access' })
    const response = await answer(browser, url, { accept: 'true', scope: 'email openid' })
    const { body } = await finish(response.headers.get('location') as string)
    expect(body.scope.split(' ').sort()).toEqual(['email', 'openid'])
    expect(body).not.toHaveProperty('refresh_token')
    expect(await pathAfter(world, browser, client, 'openid email')).toBe('/callback')
    expect(await pathAfter(world, browser, client, 'openid profile')).toBe('/consent')
  })

  test.each([
    ['one that was not asked for', 'openid notes:write'],
    ['one with a quote', 'openid "'],
  ])('a scope on the page that is %s is invalid_scope and the page still works', async (_name, scope) => {
    const { browser, url, writes } = await start({ scope: 'openid email' })
    await expectErrorPage(await answer(browser, url, { accept: 'true', scope }), 400, 'invalid_scope')
    expect(writes).toEqual([])
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
  })

  test.each(['', ' '])('a page that names no scope at all (%j) does not grant everything', async (scope) => {
    const { browser, url, finish } = await start({ scope: 'openid email notes:read' })
    const response = await answer(browser, url, { accept: 'true', scope })
    const location = response.headers.get('location')
    const granted = location?.includes('code=') ? (await finish(location)).body.scope : ''
    expect(granted).toBe('')
  })
})

describe('a user who refuses before consent is due', () => {
  async function atLogin() {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), { state: 's' }))
    expect(new URL(url).pathname).toBe('/login')
    return { world, browser, url }
  }

  test('sends the client access_denied from the login page, and the interaction is over', async () => {
    const { world, browser, url } = await atLogin()
    expectErrorRedirect(world, await answer(browser, url, { accept: 'false' }), redirectUri, 'access_denied')
    await expectErrorPage(await answer(browser, url, { accept: 'false' }), 400, 'invalid_request')
  })

  test('can neither allow nor refuse by a form without a clear answer', async () => {
    const { world, browser, url } = await atLogin()
    for (const form of [{ accept: 'true' }, { accept: 'no' }, {}] as Record<string, string>[]) {
      await expectErrorPage(await answer(browser, url, form), 400, 'invalid_request')
    }
    expect((await world.provider.resolveLoginContext(browser.pageRequest(url))).intent).toBe('login')
  })

  test('must be in the browser that began, and the form must come from a page of this server (F02)', async () => {
    const { world, browser, url } = await atLogin()
    await expectErrorPage(await answer(world.browser(), url, { accept: 'false' }), 403, 'invalid_request')
    const body = new URLSearchParams({ state: new URL(url).searchParams.get('state') ?? '', accept: 'false' })
    const foreign = { method: 'POST', headers: { origin: 'https://evil.example' }, body }
    await expectErrorPage(await browser.request(`${issuer}/oauth2/consent`, foreign), 403, 'access_denied')
    expect((await world.provider.resolveLoginContext(browser.pageRequest(url))).intent).toBe('login')
  })
})
