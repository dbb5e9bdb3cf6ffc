import { describe, expect, test } from 'vitest'
import { authorize, authorizeUrl, createPkce, redirectUri, registerConfidential } from '../support/client.ts'
import { expectErrorRedirect } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'

const scope = 'openid offline_access'

async function start() {
  const world = createQuickWorld()
  const client = await registerConfidential(world)
  const browser = world.browser()
  const url = () => authorizeUrl(world, client, createPkce(), { scope })
  const live = () => world.storage.grants.list({ userId: alice.id, now: world.clock.now() })
  return { world, client, browser, url, live }
}

describe('an interaction that is older than a withdrawal (F14)', () => {
  test.each([0, 1, 60])(
    'an interaction that is older than a withdrawal is refused when it is answered %d s later in the same session (F14)',
    async (seconds) => {
      const { world, client, browser, url, live } = await start()
      const page = await browser.visit(url(), { user: alice })
      await world.provider.revokeUserGrants(alice.id)
      world.clock.advance(seconds)
      const answer = expectErrorRedirect(world, await browser.consent(page.url, true), redirectUri, 'access_denied')
      expect(answer.get('error_description')).toContain('withdrawn')
      expect(await live()).toEqual([])
      expect(await world.storage.consents.list({ userId: alice.id })).toEqual([])
      // A new authorization request is not affected.
      expect((await authorize(world, client, { scope }, { browser })).code).toMatch(/^c/)
    },
  )

  test('an interaction that is older than a withdrawal is refused when a session from before the withdrawal comes to it (F14)', async () => {
    const { world, browser, url } = await start()
    const old = world.signIn(alice)
    world.clock.advance(5)
    const page = await browser.visit(url())
    const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    world.clock.advance(5)
    await world.provider.revokeUserGrants(alice.id)
    world.clock.advance(5)
    browser.cookies.set('session', old)
    expectErrorRedirect(world, await browser.request(returnTo), redirectUri, 'access_denied')
  })

  test.each([0, 1])(
    'an interaction that is older than a withdrawal goes on for a user who signs in anew %d s after it, as after a reset of the password (F14)',
    async (seconds) => {
      const { world, browser, url } = await start()
      const page = await browser.visit(url())
      const { returnTo } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
      world.clock.advance(30)
      await world.provider.revokeUserGrants(alice.id)
      world.clock.advance(seconds)
      browser.signIn(alice)
      expect((await browser.visit(returnTo, { accept: true })).url).toContain('code=')
    },
  )

  test('an interaction goes on for a user who signs in anew while the consent page is open (F14)', async () => {
    const { world, browser, url } = await start()
    const page = await browser.visit(url(), { user: alice })
    const { returnTo, state } = await world.provider.resolveLoginContext(browser.pageRequest(page.url))
    await world.provider.revokeUserGrants(alice.id)
    browser.signIn(alice)
    // The server showed the page to another session, so it shows the page again to this one.
    expect((await browser.consent(page.url, true)).status).toBe(403)
    const next = await browser.visit(`${world.issuer}/oauth2/continue?state=${state}`)
    expect([returnTo.includes('/oauth2/consent'), new URL(next.url).pathname]).toEqual([true, '/consent'])
    expect((await browser.consent(next.url, true)).headers.get('location')).toContain('code=')
  })

  test('an interaction goes on after withdrawals for other users, clients and sessions (F14)', async () => {
    const { world, client, browser, url } = await start()
    const page = await browser.visit(url(), { user: alice })
    const other = await registerConfidential(world)
    await world.provider.revokeUserGrants('user-bob')
    await world.provider.revokeUserGrants(alice.id, { clientId: other.client_id })
    await world.provider.revokeUserGrants('user-bob', { clientId: client.client_id })
    await world.provider.deleteClient(other.client_id)
    await world.provider.sessionEnded('another-session')
    expect((await browser.consent(page.url, true)).headers.get('location')).toContain('code=')
  })

  test('the server removes the marks of withdrawals when no interaction can be older (F14)', async () => {
    const { world } = await start()
    await world.provider.revokeUserGrants(alice.id)
    await world.provider.purgeExpired()
    world.clock.advance(600 + 60)
    expect(await world.provider.purgeExpired()).toBe(0)
    world.clock.advance(1)
    expect(await world.provider.purgeExpired()).toBe(1)
  })
})
