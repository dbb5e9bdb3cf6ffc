import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { expectErrorPage } from '../support/expectations.ts'
import { alice, baseUrl, createWorld, issuer } from '../support/world.ts'

const endpoint = `${issuer}/oauth2/login`

/** A browser that the server sent to a page of the host. */
async function start(parameters: Readonly<Record<string, string>> = {}, user?: typeof alice) {
  const world = createWorld({ selectAccountUrl: '/accounts' })
  const client = await registerConfidential(world)
  const browser = world.browser()
  if (user !== undefined) browser.signIn(user)
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce(), parameters))
  return { world, client, browser, url, state: new URL(url).searchParams.get('state') ?? '' }
}

describe('the login endpoint', () => {
  test.each([
    ['login', '/login', {}, undefined, '/oauth2/continue'],
    ['create', '/signup', { prompt: 'create' }, undefined, '/oauth2/continue'],
    ['select_account', '/accounts', { prompt: 'select_account' }, alice, '/oauth2/continue'],
    ['consent', '/consent', {}, alice, '/oauth2/consent'],
  ] as const)(
    'the login endpoint redirects %s to %s with intent, return_to and a good signature (seed B053)',
    async (intent, page, asked, user, back) => {
      const { world, browser, state } = await start(asked, user)
      const response = await browser.request(`${endpoint}?state=${state}`)
      expect(response.status).toBe(302)
      expect(response.headers.get('cache-control')).toBe('no-store')
      const url = new URL(response.headers.get('location') as string)
      expect(url.origin + url.pathname).toBe(baseUrl + page)
      expect(url.searchParams.get('intent')).toBe(intent)
      const returnTo = new URL(url.searchParams.get('return_to') as string)
      expect(returnTo.origin + returnTo.pathname).toBe(issuer + back)
      expect(returnTo.searchParams.get('state')).toBe(state)
      expect((await world.provider.verifyPageQuery(url))?.get('return_to')).toBe(returnTo.href)
      expect((await world.provider.resolveLoginContext(browser.pageRequest(url.href))).returnTo).toBe(returnTo.href)
    },
  )

  test('the login endpoint takes the signed query that the page once got', async () => {
    const { browser, url } = await start()
    const response = await browser.request(endpoint + new URL(url).search)
    expect(new URL(response.headers.get('location') as string).pathname).toBe('/login')
  })

  test('return_to leads on: sign in there and go back', async () => {
    const { browser, state } = await start()
    const page = new URL((await browser.request(`${endpoint}?state=${state}`)).headers.get('location') as string)
    browser.signIn(alice)
    const { url } = await browser.visit(page.searchParams.get('return_to') as string, { accept: true })
    expect(new URL(url).searchParams.get('state')).toBe('client-state')
    expect(new URL(url).searchParams.has('code')).toBe(true)
  })

  test('the page that is due, not the one that was', async () => {
    const { browser, url, state } = await start()
    browser.signIn(alice)
    await browser.request(`${issuer}/oauth2/continue?state=${state}`)
    const response = await browser.request(endpoint + new URL(url).search)
    expect(new URL(response.headers.get('location') as string).pathname).toBe('/consent')
  })

  test('a changed or expired signature, no state, and an unknown state show a page with 400', async () => {
    const { world, browser, url, state } = await start()
    const { search } = new URL(url)
    const changed = search.replace('scope=openid', 'scope=admin')
    expect(changed).not.toBe(search)
    expect(await expectErrorPage(await browser.request(endpoint + changed), 400, 'invalid_request')).toContain(
      'The address of this page was changed or has expired',
    )
    await expectErrorPage(await browser.request(`${endpoint}?state=${state}&sig=x`), 400, 'invalid_request')
    expect(await expectErrorPage(await browser.request(endpoint), 400, 'invalid_request')).toContain(
      'This address belongs to no sign-in (state is missing)',
    )
    await expectErrorPage(await browser.request(`${endpoint}?state=unknown`), 400, 'invalid_request')
    world.clock.advance(600)
    await expectErrorPage(await browser.request(endpoint + search), 400, 'invalid_request')
    await expectErrorPage(await browser.request(`${endpoint}?state=${state}`), 400, 'invalid_request')
  })

  test('another browser learns nothing, and a return_to in the request is ignored (A08, F02)', async () => {
    const { world, browser, state } = await start()
    await expectErrorPage(await world.browser().request(`${endpoint}?state=${state}`), 403, 'invalid_request')
    for (const evil of ['//evil.test', '/\\evil.test', 'https://evil.test/']) {
      const response = await browser.request(`${endpoint}?state=${state}&return_to=${encodeURIComponent(evil)}`)
      expect(response.headers.get('location')).not.toContain('evil')
    }
  })

  test('the login endpoint refuses a POST', async () => {
    const { browser, state } = await start()
    const response = await browser.request(endpoint, { method: 'POST', body: new URLSearchParams({ state }) })
    await expectErrorPage(response, 405, 'method_not_allowed')
  })
})
