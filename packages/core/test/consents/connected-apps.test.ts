import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  getTokens,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { editClient } from '../support/expectations.ts'
import { api, createQuickWorld, grantOf } from '../support/tokens.ts'
import { alice, bob } from '../support/world.ts'
import { type Waiting, waiting } from './waiting.ts'

describe('listConnectedApps', () => {
  test('an application with several sign-ins is one entry, with all that it may do and when it began', async () => {
    const world = createQuickWorld()
    const links = { client_uri: 'https://notes.example/', logo_uri: 'https://notes.example/logo.png' }
    const client = await registerConfidential(world, { client_name: 'Notes', ...links })
    const first = world.clock.now()
    await getTokens(world, client, { scope: 'notes:read', resource: api })
    world.clock.advance(60)
    const { access_token } = await getTokens(world, client, { scope: 'notes:write offline_access' })
    const apps = await world.provider.listConnectedApps(alice.id)
    expect(apps).toEqual([
      {
        clientId: client.client_id,
        clientName: 'Notes',
        clientUri: 'https://notes.example/',
        logoUri: 'https://notes.example/logo.png',
        selfRegistered: false,
        scopes: ['notes:write', 'offline_access', 'notes:read'],
        resources: [api],
        claims: [],
        remembered: true,
        via: ['code'],
        offlineAccess: true,
        firstGrantedAt: first,
        lastGrantedAt: first + 60,
        expiresAt: expect.any(Number),
        grants: [expect.objectContaining({ id: await grantOf(world, access_token) }), expect.anything()],
      },
    ])
    const [app] = apps
    expect(app?.grants.map(({ createdAt, offlineAccess }) => [createdAt - first, offlineAccess])).toEqual([
      [60, true],
      [0, false],
    ])
    expect(app?.expiresAt).toBe(app?.grants[0]?.expiresAt)
    expect(await world.provider.listConnectedApps(bob.id)).toEqual([])
  })

  test('an application without a live grant stays in the list while its consent is remembered, and without expiresAt', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await authorize(world, client, { scope: 'notes:read' })
    const first = world.clock.now()
    await world.provider.revokeUserGrants(alice.id)
    world.clock.advance(60)
    const [app] = await world.provider.listConnectedApps(alice.id)
    expect(app).toMatchObject({ remembered: true, grants: [], via: [], offlineAccess: false, scopes: ['notes:read'] })
    expect([app?.firstGrantedAt, app?.lastGrantedAt]).toEqual([first, first])
    expect(app).not.toHaveProperty('expiresAt')
  })

  test('a trusted client, which has no consent, is in the list as long as a grant is alive', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, { skip_consent: true })
    await authorize(world, client, { scope: 'notes:read' })
    expect(await world.provider.listConnectedApps(alice.id)).toMatchObject([{ remembered: false, via: ['code'] }])
    await world.provider.revokeUserGrants(alice.id)
    expect(await world.provider.listConnectedApps(alice.id)).toEqual([])
  })

  test('claims that the user gave by name are listed, and not those that a scope brings', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const claims = JSON.stringify({ userinfo: { email: null, name: null } })
    const browser = world.browser()
    const url = authorizeUrl(world, client, createPkce(), { scope: 'openid email', claims })
    const page = await browser.visit(url, { user: alice })
    await browser.consent(page.url, true, ['name'])
    const [app] = await world.provider.listConnectedApps(alice.id)
    expect([app?.claims, app?.scopes]).toEqual([['name'], ['openid', 'email']])
  })

  test('a grant that a feature made is listed with the name that the feature gives', async () => {
    const world = createQuickWorld({ features: [waiting(600)] })
    const client = await registerConfidential(world)
    const { approve, collect } = world.provider.features.waiting as Waiting
    await authorize(world, client, { scope: 'notes:read' })
    world.clock.advance(1)
    expect(await collect(await approve('1', alice.id, client.client_id))).toBe('won')
    const [app] = await world.provider.listConnectedApps(alice.id)
    expect(app?.via).toEqual(['waiting', 'code'])
    expect((await world.provider.listGrants(alice.id)).map(({ via }) => via)).toEqual(['waiting', 'code'])
  })

  test('the pages together have every application once, the last one used first, also when one is disconnected meanwhile', async () => {
    const world = createQuickWorld()
    for (const client_id of ['a', 'b', 'c', 'd', 'e']) {
      const client = await registerConfidential(world, { client_id })
      await authorize(world, client, { scope: 'notes:read' })
      if (client_id !== 'b') world.clock.advance(1)
    }
    const { listConnectedApps } = world.provider
    const idsOf = async (listing?: Parameters<typeof listConnectedApps>[1]) =>
      (await listConnectedApps(alice.id, listing)).map(({ clientId }) => clientId)
    expect(await idsOf()).toEqual(['e', 'd', 'b', 'c', 'a'])
    const page = await listConnectedApps(alice.id, { limit: 3 })
    expect(page.map(({ clientId }) => clientId)).toEqual(['e', 'd', 'b'])
    const after = page.at(-1)
    expect(await idsOf({ limit: 3, after })).toEqual(['c', 'a'])
    await world.provider.disconnectApp(alice.id, 'b')
    expect(await idsOf({ limit: 1, after })).toEqual(['c'])
    // A deleted client is left out, and the page is full nonetheless.
    await world.storage.clients.delete('c')
    expect(await idsOf({ limit: 1, after })).toEqual(['a'])
  })

  test('a wrong user, limit or position is a TypeError that names the argument', async () => {
    const { provider } = createQuickWorld()
    await expect(provider.listConnectedApps(undefined as unknown as string)).rejects.toThrow('userId')
    for (const limit of [0, 1001, 1.5])
      await expect(provider.listConnectedApps(alice.id, { limit })).rejects.toThrow('limit')
    for (const after of ['a', { clientId: 'a' }, { lastGrantedAt: 1 }, { clientId: 'a', lastGrantedAt: Number.NaN }]) {
      await expect(provider.listConnectedApps(alice.id, { after: after as never })).rejects.toThrow('after')
    }
  })
})

describe('what a page of connected apps may show', () => {
  test('texts and links that somebody wrote into the storage by hand are left out, and a disabled client is listed (A06)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world, {
      client_name: 'Notes',
      initiate_login_uri: 'https://notes.example/',
    })
    await authorize(world, client, { scope: 'notes:read' })
    const script = 'javascript:alert(1)'
    await editClient(world, client.client_id, ({ metadata }) => ({
      metadata: {
        ...metadata,
        ...{
          client_name: 'Notes\u202egpj.exe',
          client_uri: script,
          logo_uri: script,
          policy_uri: script,
          tos_uri: script,
        },
        initiate_login_uri: script,
      },
    }))
    const [app] = await world.provider.listConnectedApps(alice.id)
    expect(app?.clientName).toBe(client.client_id)
    expect(JSON.stringify(app)).not.toContain('javascript')
    await world.provider.updateClient(client.client_id, { disabled: true })
    expect(await world.provider.listConnectedApps(alice.id)).toHaveLength(1)
  })

  test('an application that a user registered is marked as such', async () => {
    const world = createQuickWorld({
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    })
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ redirect_uris: ['https://app.example.com/callback'], token_endpoint_auth_method: 'none' },
          scope: 'openid email',
        }),
      }),
    )
    expect(response.status).toBe(201)
    await authorize(world, await response.json(), { scope: 'openid email' })
    const own = await registerPublic(world)
    world.clock.advance(1)
    await authorize(world, own, { scope: 'openid' })
    const apps = await world.provider.listConnectedApps(alice.id)
    expect(apps.map(({ selfRegistered }) => selfRegistered)).toEqual([false, true])
  })
})
