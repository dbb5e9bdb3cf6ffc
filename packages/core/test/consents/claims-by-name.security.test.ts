import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  isActive,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { rpcOf } from '../support/rpc.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, type World } from '../support/world.ts'

const scope = 'openid profile email phone offline_access'
const asked = JSON.stringify({ userinfo: { email: null, name: null } })

async function start() {
  const world = createQuickWorld()
  return { world, client: await registerConfidential(world, { scope }) }
}

async function accessTokenOf(
  world: World,
  client: Awaited<ReturnType<typeof registerConfidential>>,
  parameters: Record<string, string>,
) {
  const authorized = await authorize(world, client, parameters)
  return (await exchangeCode(world, client, authorized)).body.access_token as string
}

describe('claims by name are granted as far as the consent page confirms them (F12)', () => {
  test('a page that posts state and accept alone grants no claim by name (F12)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const pkce = createPkce()
    const request = authorizeUrl(world, client, pkce, { scope: 'openid', claims: asked })
    const { url } = await browser.visit(request, { user: alice })
    const answer = await browser.consent(url, true)
    const parameters = new URL(answer.headers.get('location') as string).searchParams
    const code = parameters.get('code') as string
    const { body } = await exchangeCode(world, client, { code, pkce, parameters, browser })
    expect((await userinfo(world, body.access_token)).body).toEqual({ sub: alice.id })
    const [consent] = await world.storage.consents.list({ userId: alice.id })
    expect(consent).toMatchObject({ scope: ['openid'], claims: [] })
  })

  test('a user who did not confirm claims by name is asked again when the client requests them again (F12)', async () => {
    const { world, client } = await start()
    const browser = world.browser()
    const request = authorizeUrl(world, client, createPkce(), { scope: 'openid', claims: asked })
    const { url } = await browser.visit(request, { user: alice })
    await browser.consent(url, true)
    const silent = authorizeUrl(world, client, createPkce(), { scope: 'openid', claims: asked, prompt: 'none' })
    expect(new URL((await browser.visit(silent)).url).searchParams.get('error')).toBe('consent_required')
  })
})

describe('a consent that is narrowed ends what goes beyond it (F12)', () => {
  test('a claim by name that only a scope allowed ends with the scope (F12)', async () => {
    const { world, client } = await start()
    const { browser } = await authorize(world, client, { scope: 'openid email' })
    const claims = JSON.stringify({ userinfo: { email: null } })
    const silent = await browser.visit(authorizeUrl(world, client, createPkce(), { scope: 'openid', claims }))
    expect(silent.url).toContain('code=')
    const [consent] = await world.provider.listConsents(alice.id)
    const byName = async () =>
      (await world.storage.grants.list({ userId: alice.id, now: world.clock.now() })).filter((grant) => grant.claims)
    expect(await byName()).toHaveLength(1)
    await world.provider.updateConsent(consent?.id as string, { scopes: ['openid'] })
    expect(await byName()).toEqual([])
  })

  test('a claim that is taken out of it ends the grants that have it, and no others (F12)', async () => {
    const { world, client } = await start()
    const plain = await accessTokenOf(world, client, { scope: 'openid' })
    const named = await accessTokenOf(world, client, { scope: 'openid', claims: asked })
    const [consent] = await world.provider.listConsents(alice.id)
    expect(consent?.claims).toEqual(['email', 'name'])
    const change = { scopes: ['openid'], claims: ['name'] }
    const narrowed = await world.provider.updateConsent(consent?.id as string, change)
    expect(narrowed.claims).toEqual(['name'])
    expect([await isActive(world, plain), await isActive(world, named)]).toEqual([true, false])
    expect((await world.storage.consents.list({ userId: alice.id }))[0]).toMatchObject({ claims: ['name'] })
  })

  test('claims that are not mentioned stay, and none can be added (F12)', async () => {
    const { world, client } = await start()
    const named = await accessTokenOf(world, client, { scope: 'openid profile', claims: asked })
    const [consent] = await world.provider.listConsents(alice.id)
    const id = consent?.id as string
    // The scope covers `name`. The client requested only `email` by name.
    expect(consent?.claims).toEqual(['email'])
    const more = { scopes: ['openid'], claims: ['email', 'phone_number'] }
    await expect(world.provider.updateConsent(id, more)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(await isActive(world, named)).toBe(true)
    expect((await world.provider.updateConsent(id, { scopes: ['openid', 'profile'] })).claims).toEqual(['email'])
    expect(await isActive(world, named)).toBe(true)
  })

  test('the user may narrow claims at the route as well (F12)', async () => {
    const { world, client } = await start()
    await authorize(world, client, { scope: 'openid', claims: asked })
    const [consent] = await world.provider.listConsents(alice.id)
    const rpc = rpcOf(world, alice)
    const post = (claims: unknown) =>
      rpc.post('/oauth2/update-consent', { id: consent?.id, update: { scopes: ['openid'], claims } })
    expect((await post('name')).status).toBe(400)
    expect((await post(['name'])).body).toMatchObject({ scopes: ['openid'], claims: ['name'] })
  })
})
