import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, exchangeCode, registerConfidential } from '../support/client.ts'
import { expectErrorPage, send } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, baseUrl, createWorld, issuer, type WorldOptions } from '../support/world.ts'

/** A browser whose user is on the consent page. */
async function atConsent(options: WorldOptions = {}) {
  const { storage, writes } = watchStorage()
  const world = createWorld({ ...options, storage })
  const client = await registerConfidential(world)
  const browser = world.browser()
  const pkce = createPkce()
  const { url } = await browser.visit(authorizeUrl(world, client, pkce), { user: alice })
  const state = new URL(url).searchParams.get('state') as string
  writes.length = 0
  return { world, client, browser, pkce, url, state, writes }
}

/** Expects the error page for a user who comes too late. */
async function expectOver(response: Response): Promise<void> {
  const html = await expectErrorPage(response, 400, 'invalid_request')
  expect(html).toMatch(/expired or was already completed; please go back to the application and start again/)
}

describe('the life of an interaction', () => {
  test('an interaction ends after its lifetime, at every endpoint', async () => {
    const { world, browser, url, state, writes } = await atConsent()
    world.clock.advance(600)
    await expectOver(await browser.request(`${issuer}/oauth2/continue?state=${state}`))
    await expectOver(await browser.request(`${issuer}/oauth2/consent?state=${state}`))
    await expectOver(await browser.consent(url, true))
    expect(await world.provider.tryResolveLoginContext(browser.pageRequest(url))).toBeUndefined()
    await expect(world.provider.resolveLoginContext(browser.pageRequest(url))).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect(writes).toEqual([])
  })

  test('its last second is enough, and interactionTtlSeconds moves it', async () => {
    const { world, browser, url } = await atConsent()
    world.clock.advance(599)
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
    const short = await atConsent({ interactionTtlSeconds: 30 })
    short.world.clock.advance(30)
    await expectOver(await short.browser.consent(short.url, true))
  })

  test('another browser that has the URL can do nothing with it', async () => {
    const { world, browser, url, state, writes } = await atConsent()
    const other = world.browser()
    other.signIn(alice)
    for (const path of ['continue', 'consent']) {
      const response = await other.request(`${issuer}/oauth2/${path}?state=${state}`)
      await expectErrorPage(response, 403, 'invalid_request')
    }
    await expectErrorPage(await other.consent(url, true), 403, 'invalid_request')
    expect(await world.provider.tryResolveLoginContext(other.pageRequest(url))).toBeUndefined()
    expect(writes).toEqual([])
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
  })

  test('two tabs of one browser come to a code each, in any order', async () => {
    const { world, client, browser, pkce, url } = await atConsent()
    const second = createPkce()
    const other = await browser.visit(authorizeUrl(world, client, second, { prompt: 'consent' }))
    for (const [page, challenge] of [
      [other.url, second],
      [url, pkce],
    ] as const) {
      const answer = new URL((await browser.consent(page, true)).headers.get('location') as string).searchParams
      const authorized = { code: answer.get('code') as string, pkce: challenge, parameters: answer, browser }
      expect((await exchangeCode(world, client, authorized)).status).toBe(200)
    }
  })

  test('when one page is open in two tabs, the later tab is told so', async () => {
    const { browser, url, state } = await atConsent()
    const reload = await browser.request(`${issuer}/oauth2/continue?state=${state}`)
    expect(new URL(reload.headers.get('location') as string).searchParams.get('state')).toBe(state)
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
    await expectOver(await browser.consent(url, true))
    await expectOver(await browser.consent(url, false))
  })

  test('a double click gives one code, one page and one grant', async () => {
    const { world, browser, url, writes } = await atConsent()
    const responses = await Promise.all(Array.from({ length: 10 }, () => browser.consent(url, true)))
    const won = responses.filter(({ status }) => status === 303)
    expect(won).toHaveLength(1)
    for (const response of responses) if (response !== won[0]) await expectOver(response)
    expect(world.events.filter(({ type }) => type === 'code.issued')).toHaveLength(1)
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toHaveLength(1)
    expect(writes.every((write) => write === 'grants.commit')).toBe(true)
  })

  test('of approval and denial at once exactly one counts', async () => {
    const { browser, url } = await atConsent()
    const [yes, no] = await Promise.all([browser.consent(url, true), browser.consent(url, false)])
    const locations = [yes, no].map(({ headers }) => headers.get('location')).filter((location) => location !== null)
    expect(locations).toHaveLength(1)
    expect([yes.status, no.status].sort()).toEqual([303, 400])
  })

  test('after the back button every earlier step shows what happened, and there is no second code', async () => {
    const { world, browser, url, state } = await atConsent()
    await browser.consent(url, true)
    const issued = () => world.events.filter(({ type }) => type === 'code.issued').length
    expect(issued()).toBe(1)
    const steps = [
      `/oauth2/continue?state=${state}`,
      `/oauth2/continue?state=${state}&created=true`,
      `/oauth2/continue?state=${state}&selected=true`,
      `/oauth2/consent?state=${state}`,
    ]
    for (const step of steps) await expectOver(await browser.request(issuer + step))
    expect(await world.provider.tryResolveLoginContext(browser.pageRequest(url))).toBeUndefined()
    expect(issued()).toBe(1)
  })

  test('back on the login page while consent is due, the user continues to consent as often as they like', async () => {
    const { browser, url, state } = await atConsent()
    for (let times = 0; times < 3; times++) {
      const response = await browser.request(`${issuer}/oauth2/continue?state=${state}`)
      expect(new URL(response.headers.get('location') as string).pathname).toBe('/consent')
    }
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
  })

  test('a client that was disabled meanwhile gets no code', async () => {
    const { world, client, browser, url, writes } = await atConsent()
    await world.provider.updateClient(client.client_id, { disabled: true })
    writes.length = 0
    await expectOver(await browser.consent(url, true))
    expect(await world.provider.tryResolveLoginContext(browser.pageRequest(url))).toBeUndefined()
    expect(writes).toEqual([])
  })

  test('POST /oauth2/continue does what GET does: parameters in the query, a form or JSON', async () => {
    const { browser, state } = await atConsent()
    const url = `${issuer}/oauth2/continue`
    const form = 'application/x-www-form-urlencoded'
    const posts: readonly (readonly [string, RequestInit])[] = [
      [`${url}?state=${state}&created=true`, {}],
      [url, { headers: { 'content-type': form }, body: `state=${state}` }],
      [`${url}?state=${state}`, { headers: { 'content-type': form }, body: 'selected=true' }],
      [url, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ state, post_login: true }) }],
    ]
    for (const [target, init] of posts) {
      const response = await browser.request(target, { method: 'POST', ...init })
      expect(response.status).toBe(303)
      expect(new URL(response.headers.get('location') as string).pathname).toBe('/consent')
    }
    const wrong: readonly (readonly [string, RequestInit])[] = [
      [`${url}?state=${state}`, { headers: { 'content-type': form }, body: `state=${state}` }],
      [url, { headers: { 'content-type': 'text/plain' }, body: `state=${state}` }],
      [url, {}],
    ]
    for (const [target, init] of wrong) {
      await expectErrorPage(await browser.request(target, { method: 'POST', ...init }), 400, 'invalid_request')
    }
  })

  test('a HEAD request is answered like a GET, without a body, where a GET changes nothing', async () => {
    const { browser, state } = await atConsent()
    for (const path of ['login', 'consent']) {
      const response = await browser.request(`${issuer}/oauth2/${path}?state=${state}`, { method: 'HEAD' })
      expect([path, response.status, await response.text()]).toEqual([path, 302, ''])
    }
  })

  test.each([
    ['no state', ''],
    ['an empty state', '?state='],
    ['an unknown state', '?state=i00000000000000000000000'],
    ['a very long state', `?state=${'i'.repeat(10_000)}`],
  ])('%s is a page with 400', async (_name, query) => {
    const { browser, writes } = await atConsent()
    for (const path of ['continue', 'consent']) {
      await expectErrorPage(await browser.request(`${issuer}/oauth2/${path}${query}`), 400, 'invalid_request')
    }
    expect(writes).toEqual([])
  })
})

describe('answers for scripts', () => {
  const accept = { accept: 'application/json' }

  test('a script is told where to go, at every step, and no redirect happens', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const browser = world.browser()
    const ask = async (url: string, init: RequestInit = {}) => {
      const response = await browser.request(url, { ...init, headers: { ...accept, ...init.headers } })
      expect(response.status).toBe(200)
      expect(response.headers.get('location')).toBeNull()
      const body = (await response.json()) as { redirect: boolean; url: string }
      expect(body).toEqual({ redirect: true, url: expect.any(String) })
      return body.url
    }
    const login = await ask(authorizeUrl(world, client, createPkce()))
    const { returnTo, state } = await world.provider.resolveLoginContext(browser.pageRequest(login))
    browser.signIn(alice)
    const page = await ask(returnTo)
    expect(new URL(page).pathname).toBe('/consent')
    expect(await ask(`${issuer}/oauth2/consent?state=${state}`)).toBe(page)
    const headers = { 'content-type': 'application/json', origin: baseUrl }
    const done = await ask(`${issuer}/oauth2/consent`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ state, accept: true, scope: 'openid' }),
    })
    expect(new URL(done).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    const silent = await ask(authorizeUrl(world, client, createPkce(), { prompt: 'none', scope: 'email' }))
    expect(new URL(silent).searchParams.get('error')).toBe('consent_required')
  })

  test('an error that would be a page is JSON for a script', async () => {
    const { world, browser, state } = await atConsent()
    const unknown = await send(world, authorizeUrl(world, { client_id: 'x' }, createPkce()), { headers: accept })
    expect([unknown.status, unknown.body.error]).toEqual([400, 'invalid_client'])
    const bare = await send(world, `${issuer}/oauth2/continue?state=${state}`, { headers: accept })
    expect([bare.status, bare.body.error]).toEqual([403, 'invalid_request'])
    const foreign = await browser.request(`${issuer}/oauth2/consent`, {
      method: 'POST',
      headers: { ...accept, origin: 'https://evil.test' },
      body: new URLSearchParams({ state, accept: 'true' }),
    })
    expect([foreign.status, await foreign.json()]).toEqual([403, expect.objectContaining({ error: 'access_denied' })])
  })

  test('a navigation gets a page or a redirect, whatever its Accept header', async () => {
    const { world, client, browser } = await atConsent()
    const headers = { accept: 'text/html, application/json', 'sec-fetch-mode': 'navigate' }
    const response = await browser.request(authorizeUrl(world, client, createPkce(), { prompt: 'login' }), { headers })
    expect(response.status).toBe(302)
  })

  test.each(['[]', 'null', '"x"', '{', '', '{"state":1,"accept":true}', '{"accept":true}'])(
    'a consent of %j is 400 and the page still works',
    async (body) => {
      const { browser, url, writes } = await atConsent()
      const headers = { ...accept, 'content-type': 'application/json', origin: baseUrl }
      const response = await browser.request(`${issuer}/oauth2/consent`, { method: 'POST', headers, body })
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ error: 'invalid_request' }),
      ])
      expect(writes).toEqual([])
      expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
    },
  )
})
