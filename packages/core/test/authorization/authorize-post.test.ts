import { describe, expect, test } from 'vitest'
import type { Browser } from '../support/browser.ts'
import {
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Parameters,
  redirectUri,
  registerConfidential,
} from '../support/client.ts'
import { expectErrorPage, expectErrorRedirect } from '../support/expectations.ts'
import { watchStorage } from '../support/watched-storage.ts'
import { alice, createWorld, issuer } from '../support/world.ts'

const endpoint = `${issuer}/oauth2/authorize`

function postForm(browser: Browser, url: string, headers: Record<string, string> = {}): Promise<Response> {
  return browser.request(endpoint, { method: 'POST', headers, body: new URL(url).searchParams })
}

async function start(parameters: Parameters = {}) {
  const { storage, writes } = watchStorage()
  const world = createWorld({ storage })
  const client = await registerConfidential(world)
  const pkce = createPkce()
  return { world, client, pkce, writes, browser: world.browser(), url: authorizeUrl(world, client, pkce, parameters) }
}

describe('authorize by POST', () => {
  test.each<[string, Record<string, string>]>([
    ['from our own origin', { origin: 'https://id.example.com', 'sec-fetch-site': 'same-origin' }],
    ['from no browser', {}],
  ])('%s goes to the login page and on to a code', async (_name, headers) => {
    const { world, client, pkce, browser, url } = await start()
    const response = await postForm(browser, url, headers)
    expect(response.status).toBe(303)
    const page = response.headers.get('location') as string
    expect(new URL(page).pathname).toBe('/login')
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page))
    browser.signIn(alice)
    const answer = new URL((await browser.visit(returnTo, { accept: true })).url).searchParams
    const code = answer.get('code') as string
    expect((await exchangeCode(world, client, { code, pkce, parameters: answer, browser })).status).toBe(200)
    const again = await postForm(browser, url, headers)
    expect(again.headers.get('location')?.startsWith(`${redirectUri}?code=`)).toBe(true)
  })

  test.each(['cross-site', 'same-site', 'none'])(
    'a form of another site (%s) is redirected with 303 to the same request as a GET',
    async (site) => {
      const { browser, url, writes } = await start({ state: 'a b+c&d=é%' })
      writes.length = 0
      const headers = { origin: 'https://app.example.com', 'sec-fetch-site': site }
      const response = await postForm(browser, url, headers)
      expect(response.status).toBe(303)
      expect(writes).toEqual([])
      const location = new URL(response.headers.get('location') as string)
      expect(location.origin + location.pathname).toBe(endpoint)
      expect([...location.searchParams]).toEqual([...new URL(url).searchParams])
      const { url: page } = await browser.visit(location.href)
      expect(new URL(page).pathname).toBe('/login')
    },
  )

  test('the errors of a POST are those of a GET', async () => {
    const { world, browser, url } = await start({ scope: 'unheard:of' })
    expectErrorRedirect(world, await postForm(browser, url), redirectUri, 'invalid_scope')
    const evil = url.replace(encodeURIComponent(redirectUri), encodeURIComponent('https://evil.test'))
    await expectErrorPage(await postForm(browser, evil), 400, 'invalid_request')
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' }
    await expectErrorPage(await browser.request(endpoint, init), 400, 'invalid_request')
  })
})
