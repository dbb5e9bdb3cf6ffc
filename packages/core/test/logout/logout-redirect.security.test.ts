import { describe, expect, test } from 'vitest'
import { editClient } from '../support/expectations.ts'
import {
  afterLogout,
  confirmLogout,
  createLogoutWorld,
  isSignedIn,
  logoutUrl,
  readPage,
  registerEnding,
  signInAt,
} from '../support/logout.ts'

async function start() {
  const world = createLogoutWorld()
  const client = await registerEnding(world)
  return { world, client, ...(await signInAt(world, client)) }
}

const wrong: readonly string[] = [
  'https://evil.test/',
  'https://app.example.com/bye',
  'https://app.example.com/bye?from=id&x=1',
  'https://app.example.com/bye/?from=id',
  'https://app.example.com/BYE?from=id',
  'https://app.example.com:8443/bye?from=id',
  'https://app.example.com@evil.test/bye?from=id',
  'https://app.example.com.evil.test/bye?from=id',
  'http://app.example.com/bye?from=id',
  'https://app.example.com/x/../bye?from=id',
  'https://app.example.com/bye?from=id#',
  'https://app.example.com/callback',
  ' https://app.example.com/bye?from=id',
  '//evil.test',
  '/\\evil.test',
  'javascript:alert(1)',
]

describe('a post_logout_redirect_uri that is not registered for the client of the hint (A07)', () => {
  test.each(wrong)('%s shows a page and does not redirect (A07)', async (uri) => {
    const { world, browser, idToken } = await start()
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: uri, state: 's' }
    const page = await browser.request(logoutUrl(world, parameters))
    expect(await readPage(page.clone())).not.toContain('evil')
    expect(isSignedIn(world, browser)).toBe(true)
    await readPage(await confirmLogout(browser, page))
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test.each(wrong)('%s, with client_id and a click, shows a page and does not redirect (A07)', async (uri) => {
    const { world, client, browser } = await start()
    const parameters = { client_id: client.client_id, post_logout_redirect_uri: uri }
    const page = await browser.request(logoutUrl(world, parameters))
    expect(await page.clone().text()).not.toContain('evil')
    await readPage(await confirmLogout(browser, page))
    expect(isSignedIn(world, browser)).toBe(false)
  })

  test('the URI of another client is not redirected to (A07)', async () => {
    const { world, browser, idToken } = await start()
    const others = 'https://other.example.com/bye'
    await registerEnding(world, { post_logout_redirect_uris: [others] })
    const url = logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: others })
    await readPage(await browser.request(url))
  })

  test('a state of more than 4096 characters shows an error page, and no session ends (A07)', async () => {
    const { world, browser, idToken } = await start()
    const url = (length: number) =>
      logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout, state: 's'.repeat(length) })
    const response = await browser.request(url(4097))
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(isSignedIn(world, browser)).toBe(true)
    const location = (await browser.request(url(4096))).headers.get('location') ?? ''
    expect(new URL(location).searchParams.get('state')).toHaveLength(4096)
  })

  test('a repeated URI shows an error page, and no session ends (A07)', async () => {
    const { world, browser, idToken } = await start()
    const url = logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: afterLogout })
    const response = await browser.request(`${url}&post_logout_redirect_uri=https%3A%2F%2Fevil.test`)
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
    expect(isSignedIn(world, browser)).toBe(true)
  })

  test('a javascript: URI written into storage by hand is not redirected to (A06)', async () => {
    const { world, client, browser, idToken } = await start()
    const uri = 'javascript:alert(1)'
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: { ...metadata, post_logout_redirect_uris: [uri] },
    }))
    await readPage(await browser.request(logoutUrl(world, { id_token_hint: idToken, post_logout_redirect_uri: uri })))
  })

  test('a client that may not end sessions is not gone to by name (A07)', async () => {
    const { world, browser } = await start()
    const other = await registerEnding(world, { enable_end_session: false })
    const parameters = { client_id: other.client_id, post_logout_redirect_uri: afterLogout }
    await readPage(await confirmLogout(browser, await browser.request(logoutUrl(world, parameters))))
  })

  test('a URI that is unregistered, or whose client is disabled, between the question and the click is not redirected to (A07)', async () => {
    for (const change of [{ post_logout_redirect_uris: [] }, { enable_end_session: false }, { disabled: true }]) {
      const { world, client, browser } = await start()
      const parameters = { client_id: client.client_id, post_logout_redirect_uri: afterLogout }
      const page = await browser.request(logoutUrl(world, parameters))
      await world.provider.updateClient(client.client_id, change)
      await readPage(await confirmLogout(browser, page))
    }
  })

  test('the hint of a deleted client is not used (A07)', async () => {
    const { world, client, browser, idToken } = await start()
    await world.provider.updateClient(client.client_id, { disabled: true })
    const parameters = { id_token_hint: idToken, post_logout_redirect_uri: afterLogout }
    const page = await browser.request(logoutUrl(world, parameters))
    expect(isSignedIn(world, browser)).toBe(true)
    await readPage(await confirmLogout(browser, page))
  })
})
