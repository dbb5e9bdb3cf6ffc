import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  redirectUri,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { expectErrorRedirect, expectJsonError } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World } from '../support/world.ts'

const scope = 'openid email notes:read'

async function start() {
  const world = createQuickWorld({ clientCacheSeconds: 0 })
  const client = await registerConfidential(world, { scope: `${scope} offline_access` })
  const narrow = (left: string) => world.provider.updateClient(client.client_id, { scope: left })
  return { world, client, narrow }
}

/** Brings a browser to the consent page of the client's request. */
async function atConsent(world: World, client: { readonly client_id: string }, more: Record<string, string> = {}) {
  const browser = world.browser()
  const pkce = createPkce()
  const { url } = await browser.visit(authorizeUrl(world, client, pkce, { scope, ...more }), { user: alice })
  expect(new URL(url).pathname).toBe('/consent')
  return { browser, pkce, url }
}

describe('a scope that the host takes from a client (C16)', () => {
  test('a scope withdrawn between the page and the answer is neither shown, granted nor remembered (C16)', async () => {
    const { world, client, narrow } = await start()
    const { browser, pkce, url } = await atConsent(world, client)
    await narrow('openid email')
    const { scopes } = await world.provider.resolveLoginContext(browser.pageRequest(url))
    expect(scopes).toEqual(['openid', 'email'])
    const answer = await browser.consent(url, true)
    const parameters = new URL(answer.headers.get('location') as string).searchParams
    const { body } = await exchangeCode(world, client, {
      code: parameters.get('code') as string,
      pkce,
      parameters,
      browser,
    })
    expect(body.scope).toBe('openid email')
    expect((await world.storage.consents.list({ userId: alice.id }))[0]?.scope).toEqual(['openid', 'email'])
  })

  test('when the withdrawn scope was the whole request, the client gets invalid_scope and nothing is granted (C16)', async () => {
    const { world, client, narrow } = await start()
    const { browser, url } = await atConsent(world, client, { scope: 'notes:read' })
    await narrow('openid')
    expectErrorRedirect(world, await browser.consent(url, true), redirectUri, 'invalid_scope')
    expect(await world.storage.consents.list({ userId: alice.id })).toEqual([])
    expect(await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).toEqual([])
  })

  test('a scope withdrawn before the exchange is not issued, and the refresh token goes with offline_access (C16)', async () => {
    const { world, client, narrow } = await start()
    const authorized = await authorize(world, client, { scope: `${scope} offline_access` })
    await narrow('openid email')
    const { status, body } = await exchangeCode(world, client, authorized)
    expect([status, body.scope, body.refresh_token]).toEqual([200, 'openid email', undefined])
  })

  test('when it was the whole scope before the exchange, the answer is invalid_grant and the code is not consumed (C16)', async () => {
    const { world, client, narrow } = await start()
    const authorized = await authorize(world, client, { scope: 'notes:read' })
    await narrow('openid')
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
    await narrow(scope)
    expect((await exchangeCode(world, client, authorized)).body.scope).toBe('notes:read')
  })

  test('when it was the whole scope before a refresh, the answer is invalid_grant and the refresh token is not consumed (C16)', async () => {
    const { world, client, narrow } = await start()
    const tokens = await getTokens(world, client, { scope: 'notes:read offline_access' })
    await narrow('openid')
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    await narrow(`${scope} offline_access`)
    expect((await refresh(world, client, tokens.refresh_token)).status).toBe(200)
  })

  test('a withdrawn scope takes its claims by name along, also at userinfo of an existing grant (C16)', async () => {
    const { world, client, narrow } = await start()
    const claims = JSON.stringify({ userinfo: { email: null } })
    const tokens = await getTokens(world, client, { scope: 'openid', claims })
    expect((await userinfo(world, tokens.access_token)).body).toEqual({ sub: alice.id, email: alice.email })
    const { browser, url } = await atConsent(world, client, { scope: 'openid notes:read', claims, prompt: 'consent' })
    await narrow('openid')
    expect((await userinfo(world, tokens.access_token)).body).toEqual({ sub: alice.id })
    expect((await world.provider.resolveLoginContext(browser.pageRequest(url))).claims).toEqual([])
  })
})
