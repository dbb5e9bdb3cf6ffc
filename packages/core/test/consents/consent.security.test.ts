import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { ask, expectErrorPage } from '../support/expectations.ts'
import { failingStorage, watchStorage } from '../support/watched-storage.ts'
import { alice, baseUrl, bob, createWorld, issuer, type World } from '../support/world.ts'

/** A browser whose user is on the consent page, and the URL of that page. */
async function atConsent(world: World, browser: Browser = world.browser()) {
  const client = await registerConfidential(world)
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })
  expect(new URL(url).pathname).toBe('/consent')
  return { browser, client, url, state: new URL(url).searchParams.get('state') as string }
}

/** Changes the second to last character. A fixed replacement could equal the original character. */
function changedNearEnd(text: string): string {
  return `${text.slice(0, -2)}${text.at(-2) === 'A' ? 'B' : 'A'}${text.slice(-1)}`
}

function postConsent(browser: Browser, state: string, headers: Record<string, string> = {}): Promise<Response> {
  return browser.request(`${issuer}/oauth2/consent`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({ state, accept: 'true' }),
  })
}

describe('a consent that the page did not post (F01)', () => {
  test.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.test' }],
    ['another origin that claims the same site', { origin: 'https://evil.test', 'sec-fetch-site': 'same-origin' }],
    ['our host with http', { origin: 'http://id.example.com' }],
    ['our host with another port', { origin: 'https://id.example.com:8443' }],
    ['a host below ours', { origin: 'https://x.id.example.com' }],
    ['an opaque origin', { origin: 'null' }],
    ['an opaque origin of another site', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling of our site', { 'sec-fetch-site': 'same-site' }],
  ])('a consent from %s answers 403, grants nothing, and the page still works (F01)', async (_name, headers) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { browser, url, state } = await atConsent(world)
    writes.length = 0
    await expectErrorPage(await postConsent(browser, state, headers), 403, 'access_denied')
    expect(writes).toEqual([])
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
  })

  test.each<[string, Record<string, string>]>([
    ['our origin', { origin: baseUrl }],
    ['an opaque origin of our own page', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
  ])('a consent from %s counts (F01)', async (_name, headers) => {
    const world = createWorld()
    const { browser, state } = await atConsent(world)
    expect((await postConsent(browser, state, headers)).headers.get('location')).toContain('code=')
  })

  test('a consent without the cookie of the interaction, or with that of another browser, answers 403 and grants nothing (F01)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { browser, url, state } = await atConsent(world)
    const other = (await atConsent(world)).browser
    writes.length = 0
    const bare = world.browser()
    bare.signIn(alice)
    const tampered = world.browser()
    for (const [name, value] of browser.cookies) tampered.cookies.set(name, changedNearEnd(value))
    for (const stranger of [bare, other, tampered]) {
      await expectErrorPage(await postConsent(stranger, state, { origin: baseUrl }), 403, 'invalid_request')
    }
    expect(writes).toEqual([])
    expect((await browser.consent(url, true)).headers.get('location')).toContain('code=')
  })

  test('a consent without a state, or with a made-up one, grants nothing (F01)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { browser, state } = await atConsent(world)
    writes.length = 0
    for (const made of ['', 'x', `${state}x`, state.toUpperCase(), state.slice(0, -1)]) {
      await expectErrorPage(await postConsent(browser, made, { origin: baseUrl }), 400, 'invalid_request')
    }
    expect(writes).toEqual([])
  })

  test('a GET never approves, whatever its parameters (F01)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { browser, state } = await atConsent(world)
    writes.length = 0
    const response = await browser.request(`${issuer}/oauth2/consent?state=${state}&accept=true`)
    expect(response.headers.get('location')).toMatch(/^https:\/\/id\.example\.com\/consent\?/)
    expect(writes).toEqual([])
  })

  test('consent before login is refused, because login is due (F01)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const client = await registerConfidential(world)
    const browser = world.browser()
    const { url } = await browser.visit(authorizeUrl(world, client, createPkce()))
    browser.signIn(alice)
    writes.length = 0
    await expectErrorPage(await browser.consent(url, true), 400, 'invalid_request')
    expect(writes).toEqual([])
  })
})

describe('a consent of one user answered by another (F02)', () => {
  test('a consent from the browser of another user is refused (F02)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const attacker = await atConsent(world)
    const victim = world.browser()
    await victim.visit(authorizeUrl(world, attacker.client, createPkce()), { user: bob })
    writes.length = 0
    await expectErrorPage(await victim.consent(attacker.url, true), 403, 'invalid_request')
    const looked = await victim.request(`${issuer}/oauth2/consent?state=${attacker.state}`)
    await expectErrorPage(looked, 403, 'invalid_request')
    const went = await victim.request(`${issuer}/oauth2/continue?state=${attacker.state}`)
    await expectErrorPage(went, 403, 'invalid_request')
    expect(await world.provider.tryResolveLoginContext(victim.pageRequest(attacker.url))).toBeUndefined()
    expect(writes).toEqual([])
  })

  test.each([
    ['another user', bob],
    ['a new session of the same user', alice],
  ])('a consent by %s in the same browser is refused, and no grant is made (F02)', async (_name, user) => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { browser, url } = await atConsent(world)
    browser.signIn(user)
    writes.length = 0
    await expectErrorPage(await browser.consent(url, true), 403, 'access_denied')
    expect(writes).toEqual([])
  })

  test('a consent is refused when nobody is signed in any more (F02)', async () => {
    const { storage, writes } = watchStorage()
    const world = createWorld({ storage })
    const { browser, url } = await atConsent(world)
    browser.signOut()
    writes.length = 0
    await expectErrorPage(await browser.consent(url, true), 403, 'login_required')
    expect(writes).toEqual([])
  })

  test('the new user of the browser is asked again, and gets a grant of their own (F02)', async () => {
    const world = createWorld()
    const { browser, state } = await atConsent(world)
    browser.signIn(bob)
    const { url } = await browser.visit(`${issuer}/oauth2/continue?state=${state}`, { accept: true })
    expect(new URL(url).searchParams.get('code')).toMatch(/^c[0-9a-v]{24}[\w-]{43}$/)
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
    expect(await world.storage.grants.list({ userId: bob.id, now: world.clock.now() })).toHaveLength(1)
  })
})

describe('headers of our own pages (F03)', () => {
  function expectPageHeaders({ headers }: Response): void {
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = (headers.get('content-security-policy') ?? '').split('; ')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("base-uri 'none'")
    // Decision 9: Chromium checks it along the whole chain of redirects.
    expect(policy.some((directive) => directive.startsWith('form-action'))).toBe(false)
    expect(policy.some((directive) => directive.startsWith('script-src'))).toBe(false)
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
  }

  test('every page of the server has the security headers (F03)', async () => {
    const { storage, fail } = failingStorage()
    const world = createWorld({ storage, clientCacheSeconds: 0 })
    const { browser, client, state } = await atConsent(world)
    const request = (path: string, init?: RequestInit) => browser.request(`${issuer}${path}`, init)
    const pages = [
      await ask(world, { client_id: 'nobody' }),
      await ask(world, client, { redirect_uri: 'https://evil.test/' }),
      await request('/oauth2/authorize', { method: 'DELETE' }),
      await request('/oauth2/authorize', { method: 'POST', body: '{}' }),
      await request('/oauth2/continue'),
      await request('/oauth2/continue', { method: 'POST' }),
      await request('/oauth2/consent?state=nothing'),
      await postConsent(browser, state, { origin: 'https://evil.test' }),
      await postConsent(world.browser(), state),
    ]
    fail('clients', 'find', new Error('away'))
    pages.push(await ask(world, client))
    expect(pages.map(({ status }) => status)).toEqual([400, 400, 405, 400, 400, 400, 400, 403, 403, 500])
    for (const page of pages) expectPageHeaders(page)
  })

  test('text from outside is shown as text (F03)', async () => {
    const world = createWorld()
    const client = await registerConfidential(world)
    const response = await ask(world, client, { redirect_uri: '"><script>alert(1)</script><img src=x>\'' })
    const html = await expectErrorPage(response, 400, 'invalid_request')
    expect(html).not.toMatch(/<script|<img|"><|javascript:/)
    expect(html.match(/<(?:script|link|img|iframe|form|a)\b/g)).toBeNull()
  })
})
