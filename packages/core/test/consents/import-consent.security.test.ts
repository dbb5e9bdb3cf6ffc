import type { ClientImport, RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { authorizeUrl, createPkce, exchangeCode, type Parameters, redirectUri } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { failingStorage } from '../support/watched-storage.ts'
import { alice, bob, type TestUser, type World, type WorldOptions } from '../support/world.ts'

const client: ClientImport = {
  client_id: 'moved',
  client_secret: 'abcdefghijklmnopqrstuvwxyzABCDEF',
  redirect_uris: [redirectUri, 'https://second.example.com/callback'],
  scope: 'openid profile email notes:read',
}
const registered = { ...client, token_endpoint_auth_method: 'client_secret_basic' } as RegisteredClient
const consent = { clientId: 'moved', userId: alice.id, scopes: ['openid', 'profile'] }

async function prepare(options: WorldOptions = {}): Promise<World> {
  const world = createQuickWorld(options)
  await world.provider.importClient(client)
  return world
}

/** Sends a signed-in user through an authorization request. Returns where the user arrives. */
async function arrival(world: World, user: TestUser, parameters: Parameters = {}): Promise<URL> {
  const browser = world.browser()
  browser.signIn(user)
  const all = { scope: 'openid profile', ...parameters }
  return new URL((await browser.visit(authorizeUrl(world, registered, createPkce(), all))).url)
}

const isAsked = async (world: World, user: TestUser, parameters?: Parameters): Promise<boolean> =>
  (await arrival(world, user, parameters)).pathname === '/consent'

describe('an imported consent', () => {
  test('lets its user through without the consent page, to tokens with the old secret', async () => {
    const world = await prepare()
    expect(await isAsked(world, alice)).toBe(true)
    expect(await world.provider.importConsent(consent)).toEqual({ outcome: 'imported', omitted: [] })
    const pkce = createPkce()
    const browser = world.browser()
    browser.signIn(alice)
    const { url } = await browser.visit(authorizeUrl(world, registered, pkce, { scope: 'openid profile' }))
    const parameters = new URL(url).searchParams
    const code = parameters.get('code') ?? ''
    const answer = await exchangeCode(world, registered, { code, pkce, parameters, browser })
    expect([answer.status, answer.body.scope]).toEqual([200, 'openid profile'])
  })

  test.each<readonly [string, TestUser, Parameters]>([
    ['more scopes', alice, { scope: 'openid profile email' }],
    ['a resource that the user has not agreed to', alice, { resource: 'https://api.example.com' }],
    ['another user', bob, {}],
  ])('does not count for %s', async (_name, user, parameters) => {
    const world = await prepare()
    await world.provider.importConsent(consent)
    expect(await isAsked(world, user, parameters)).toBe(true)
  })

  test('counts for the hosts of the redirect URIs at the import, not for one that is added later', async () => {
    const world = await prepare()
    await world.provider.importConsent(consent)
    const later = 'https://later.example.com/callback'
    await world.provider.updateClient('moved', { redirect_uris: [...(client.redirect_uris ?? []), later] })
    expect(await isAsked(world, alice, { redirect_uri: 'https://second.example.com/callback' })).toBe(false)
    expect(await isAsked(world, alice, { redirect_uri: later })).toBe(true)
  })

  test('with a reference counts for that reference alone', async () => {
    const world = await prepare({ consentReferenceResolver: () => 'org-1' })
    await world.provider.importConsent(consent)
    expect(await isAsked(world, alice)).toBe(true)
    await world.provider.importConsent({ ...consent, referenceId: 'org-1' })
    expect(await isAsked(world, alice)).toBe(false)
  })

  test('leaves out what the client and the server do not have, and says so', async () => {
    const world = await prepare()
    const wide = {
      ...consent,
      scopes: ['openid', 'old:scope'],
      resources: ['https://API.example.com/', 'https://gone.example.com'],
    }
    const omitted = ['old:scope', 'https://gone.example.com']
    expect(await world.provider.importConsent(wide)).toEqual({ outcome: 'imported', omitted })
    expect(await world.provider.listConsents(alice.id)).toMatchObject([
      { scope: ['openid'], resources: ['https://api.example.com'] },
    ])
  })
})

describe('importing a consent again', () => {
  test('changes nothing', async () => {
    const world = await prepare()
    await world.provider.importConsent(consent)
    const before = await world.provider.listConsents(alice.id)
    for (const again of [consent, { ...consent, scopes: ['openid', 'email'] }]) {
      expect((await world.provider.importConsent(again)).outcome).toBe('unchanged')
    }
    expect(await world.provider.listConsents(alice.id)).toEqual(before)
  })

  test.each(['deleteConsent', 'disconnectApp'] as const)(
    'does not bring back what the user has withdrawn by %s',
    async (how) => {
      const world = await prepare()
      await world.provider.importConsent(consent)
      const [stored] = await world.provider.listConsents(alice.id)
      if (how === 'deleteConsent') await world.provider.deleteConsent(stored?.id ?? '')
      else await world.provider.disconnectApp(alice.id, 'moved')
      expect((await world.provider.importConsent(consent)).outcome).toBe('unchanged')
      expect(await world.provider.listConsents(alice.id)).toEqual([])
      expect(await isAsked(world, alice)).toBe(true)
    },
  )

  test('does not widen what the user has narrowed or agreed to here', async () => {
    const world = await prepare()
    await world.provider.importConsent(consent)
    const [stored] = await world.provider.listConsents(alice.id)
    await world.provider.updateConsent(stored?.id ?? '', { scopes: ['openid'] })
    await world.provider.importConsent(consent)
    expect(await world.provider.listConsents(alice.id)).toMatchObject([{ scope: ['openid'] }])

    const browser = world.browser()
    await browser.visit(authorizeUrl(world, registered, createPkce(), { scope: 'openid' }), { user: bob, accept: true })
    const ofBob = { ...consent, userId: bob.id }
    expect((await world.provider.importConsent(ofBob)).outcome).toBe('conflict')
    expect(await world.provider.listConsents(bob.id)).toMatchObject([{ scope: ['openid'] }])
  })

  test('of ten imports at once one stores it', async () => {
    const world = await prepare()
    const all = await Promise.all(Array.from({ length: 10 }, () => world.provider.importConsent(consent)))
    expect(all.filter(({ outcome }) => outcome === 'imported')).toHaveLength(1)
    expect(await world.provider.listConsents(alice.id)).toHaveLength(1)
  })

  test('stores it after an import that the storage failed', async () => {
    const { storage, fail } = failingStorage()
    const world = await prepare({ storage })
    const error = new Error('the disk is full')
    fail('consents', 'remember', error)
    await expect(world.provider.importConsent(consent)).rejects.toBe(error)
    const healthy = createQuickWorld({
      beside: world,
      storage: { ...storage, consents: { ...storage.consents, remember: () => undefined } },
    })
    expect((await healthy.provider.importConsent(consent)).outcome).toBe('imported')
  })

  test('a dry run writes nothing and emits nothing', async () => {
    const world = await prepare()
    const before = world.events.length
    expect((await world.provider.importConsent(consent, { dryRun: true })).outcome).toBe('imported')
    expect([await world.provider.listConsents(alice.id), world.events.length]).toEqual([[], before])
  })
})

test.each([
  ['an unknown client', { ...consent, clientId: 'absent' }, 'import the clients first'],
  ['a client id that is no text', { ...consent, clientId: {} as string }, 'import the clients first'],
  ['no user', { ...consent, userId: '' }, 'userId must be text'],
  ['a user id that no storage can keep', { ...consent, userId: 'u'.repeat(256) }, 'userId must be text'],
  ['a reference that is no text', { ...consent, referenceId: 1 as unknown as string }, 'referenceId must be text'],
  ['scopes that are no list', { ...consent, scopes: 'openid' as unknown as string[] }, 'scopes must be a list'],
  ['no scope of the client', { ...consent, scopes: ['old:scope'] }, 'registered for none of the scopes'],
  ['a time in the future', { ...consent, createdAt: 9e9 }, 'createdAt must be a time in the past'],
])('importConsent refuses %s and stores nothing', async (_name, input, text) => {
  const world = await prepare()
  await expect(world.provider.importConsent(input)).rejects.toThrow(text)
  expect(await world.provider.listConsents(alice.id)).toEqual([])
})
