import { expect, test } from 'vitest'
import { authorizeUrl, createPkce, registerConfidential } from '../support/client.ts'
import { createWorld } from '../support/world.ts'

test('the server’s cookie is Secure, HttpOnly, SameSite and bound to the host, and contains nothing readable (F09)', async () => {
  const world = createWorld()
  const client = await registerConfidential(world)
  const response = await world.browser().request(authorizeUrl(world, client, createPkce()))
  const [cookie = '', another] = response.headers.getSetCookie()
  expect(another).toBeUndefined()
  expect(cookie).toMatch(/^__Host-oauth_browser=[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Lax; Secure$/)
})

test('a changed cookie is ignored: the interaction belongs to another browser (F09)', async () => {
  const world = createWorld()
  const client = await registerConfidential(world)
  const browser = world.browser()
  const { url } = await browser.visit(authorizeUrl(world, client, createPkce()))
  expect(await world.provider.tryResolveLoginContext(browser.pageRequest(url))).toBeDefined()
  const value = browser.cookies.get('__Host-oauth_browser') ?? ''
  for (const forged of [value.slice(0, -1), `${value}A`, value.toUpperCase(), '', 'x'.repeat(43)]) {
    browser.cookies.set('__Host-oauth_browser', forged)
    expect(await world.provider.tryResolveLoginContext(browser.pageRequest(url))).toBeUndefined()
  }
})

test('the server’s own pages load nothing from elsewhere, link nowhere and send no referrer (F04)', async () => {
  const world = createWorld()
  const response = await world.provider.fetch(
    new Request(`${world.issuer}/oauth2/authorize?client_id=nobody&state=s-1`),
  )
  expect(response.headers.get('referrer-policy')).toBe('no-referrer')
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
  const html = await response.text()
  expect(html).not.toMatch(/<(?:script|img|link|iframe|a)\b|https?:\/\//i)
  expect(html).not.toContain('s-1')
})
