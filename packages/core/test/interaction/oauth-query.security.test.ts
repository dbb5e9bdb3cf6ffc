import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { expectErrorPage } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, baseUrl } from '../support/world.ts'

async function start() {
  const world = createQuickWorld()
  const client = await registerConfidential(world)
  const browser = world.browser()
  const at = async () => (await browser.visit(authorizeUrl(world, client, createPkce()), { user: alice })).url
  const post = (path: string, form: Record<string, string>) =>
    browser.request(`${world.issuer}/oauth2/${path}`, {
      method: 'POST',
      headers: { origin: baseUrl, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(form),
    })
  return { world, browser, at, post, url: await at() }
}

describe('oauth_query: the signed query of a page in place of its state (F17)', () => {
  test('the query of the consent page, with or without its question mark, counts as its state (F17)', async () => {
    for (const cut of [0, 1]) {
      const { post, url } = await start()
      const response = await post('consent', { oauth_query: new URL(url).search.slice(cut), accept: 'true' })
      expect(response.headers.get('location')).toContain('code=')
    }
  })

  test('a query that was changed, unsigned or too old is refused, and nothing is granted (F17)', async () => {
    const { world, post, url } = await start()
    const { search } = new URL(url)
    const wrong = [search.replace('scope=openid', 'scope=openid+admin'), search.replace(/&sig=.*/, ''), 'x', '?']
    for (const oauth_query of wrong) {
      const page = await expectErrorPage(await post('consent', { oauth_query, accept: 'true' }), 400, 'invalid_request')
      expect(page).toContain('The address of this page was changed or has expired')
    }
    world.clock.advance(601)
    await expectErrorPage(await post('consent', { oauth_query: search, accept: 'true' }), 400, 'invalid_request')
    expect(await world.storage.consents.list({ userId: alice.id })).toEqual([])
  })

  test('a query and a state that name two interactions are refused (F17)', async () => {
    const { post, url, at } = await start()
    const other = new URL(await at()).searchParams.get('state') as string
    const form = { oauth_query: new URL(url).search, state: other, accept: 'true' }
    expect(await expectErrorPage(await post('consent', form), 400, 'invalid_request')).toContain(
      'of different sign-ins',
    )
  })

  test('oauth_query is refused from another browser and from another origin (F17)', async () => {
    const { world, browser, url } = await start()
    const body = new URLSearchParams({ oauth_query: new URL(url).search, accept: 'true' })
    const init = { method: 'POST', headers: { origin: baseUrl }, body }
    const stranger = world.browser()
    stranger.signIn(alice)
    expect((await stranger.request(`${world.issuer}/oauth2/consent`, init)).status).toBe(403)
    const foreign = { ...init, headers: { origin: 'https://evil.test' } }
    expect((await browser.request(`${world.issuer}/oauth2/consent`, foreign)).status).toBe(403)
  })

  test('the continue endpoint accepts oauth_query as well (F17)', async () => {
    const { post, url } = await start()
    const response = await post('continue', { oauth_query: new URL(url).search })
    expect(new URL(response.headers.get('location') as string).pathname).toBe('/consent')
  })
})
