import type { RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  isActive,
  refresh,
  registerConfidential,
} from '../support/client.ts'
import { emptyStorage } from '../support/empty-storage.ts'
import { expectJsonError } from '../support/expectations.ts'
import { watchEnds } from '../support/observer.ts'
import { wrapStorage, yieldingStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, bob, type World } from '../support/world.ts'
import { type Waiting, waiting } from './waiting.ts'

const scope = 'notes:read offline_access'

const liveGrants = (world: World, userId = alice.id) => world.storage.grants.list({ userId, now: world.clock.now() })

describe('disconnectApp', () => {
  test('it ends consents under every reference, grants, codes and tokens, and the next sign-in asks again', async () => {
    let reference: string | undefined
    const world = createQuickWorld({ consentReferenceResolver: () => reference })
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, { scope })
    reference = 'acme'
    const authorized = await authorize(world, client, { scope })
    expect(await world.provider.listConsents(alice.id)).toHaveLength(2)

    expect(await world.provider.disconnectApp(alice.id, client.client_id)).toBe(true)
    expect(await world.provider.listConnectedApps(alice.id)).toEqual([])
    expect(await world.provider.listConsents(alice.id)).toEqual([])
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 400, 'invalid_grant')
    expectJsonError(await exchangeCode(world, client, authorized), 400, 'invalid_grant')
    expect(world.events.filter(({ type }) => type === 'app.disconnected')).toEqual([
      {
        type: 'app.disconnected',
        userId: alice.id,
        clientId: client.client_id,
        grantsEnded: 2,
        consentsDeleted: 2,
      },
    ])
    const { url } = await authorized.browser.visit(authorizeUrl(world, client, createPkce(), { scope }))
    expect(new URL(url).pathname).toBe('/consent')
  })

  test('other users and other applications keep what they have (S11)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const other = await registerConfidential(world)
    await authorize(world, client, { scope }, { user: bob })
    await authorize(world, client, { scope })
    const { access_token } = await getTokens(world, other, { scope })
    expect(await world.provider.disconnectApp(alice.id, client.client_id)).toBe(true)
    expect(await isActive(world, access_token)).toBe(true)
    expect(await liveGrants(world, bob.id)).toHaveLength(1)
    expect(await world.provider.listConsents(bob.id)).toHaveLength(1)
    expect((await world.provider.listConnectedApps(alice.id)).map(({ clientId }) => clientId)).toEqual([
      other.client_id,
    ])
  })

  test('an application of another user, an unknown one, and a second call answer false and change nothing (S11)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await authorize(world, client, { scope }, { user: bob })
    expect(await world.provider.disconnectApp(alice.id, client.client_id)).toBe(false)
    expect(await world.provider.disconnectApp(alice.id, 'nobody')).toBe(false)
    expect(await world.provider.disconnectApp(bob.id, client.client_id)).toBe(true)
    expect(await world.provider.disconnectApp(bob.id, client.client_id)).toBe(false)
    expect(world.events.filter(({ type }) => type === 'app.disconnected')).toHaveLength(1)
  })

  test('a missing user or client is a TypeError, because the call would end the access of everybody or of every application', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await authorize(world, client, { scope })
    for (const missing of [undefined, null] as unknown as string[]) {
      await expect(world.provider.disconnectApp(missing, client.client_id)).rejects.toThrow('userId')
      await expect(world.provider.disconnectApp(alice.id, missing)).rejects.toThrow('clientId')
    }
    expect(await liveGrants(world)).toHaveLength(1)
    expect(await world.provider.listConsents(alice.id)).toHaveLength(1)
  })

  test.each(['consents.delete', 'grants.revokeAll'])(
    'a second call finishes what a first call left whose %s failed',
    async (failing) => {
      let broken = true
      const storage = wrapStorage(emptyStorage(), (name, _args, run) => {
        if (!broken || name !== failing) return run()
        broken = false
        throw new Error('the database is away')
      })
      const world = createQuickWorld({ storage })
      const client = await registerConfidential(world)
      const { access_token } = await getTokens(world, client, { scope })
      await expect(world.provider.disconnectApp(alice.id, client.client_id)).rejects.toThrow('the database is away')
      expect(await world.provider.disconnectApp(alice.id, client.client_id)).toBe(true)
      expect(await isActive(world, access_token)).toBe(false)
      expect(await world.provider.listConsents(alice.id)).toEqual([])
    },
  )
})

describe('what is under way while an application is disconnected (C15)', () => {
  const seeds = Array.from({ length: 12 }, (_, index) => index + 1)

  async function expectNothingLeft(world: World, client: RegisteredClient, answer?: Answer) {
    expect(await liveGrants(world)).toEqual([])
    expect(await world.provider.listConsents(alice.id)).toEqual([])
    if (answer?.status !== 200) return
    // The tokens left before the call returned, and do nothing after it.
    expect(await isActive(world, answer.body.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, answer.body.refresh_token), 400, 'invalid_grant')
  }

  test('a refresh gives no tokens that live on (C15)', async () => {
    for (const seed of seeds) {
      const world = createQuickWorld({ storage: yieldingStorage(emptyStorage(), seed) })
      const client = await registerConfidential(world)
      const { refresh_token } = await getTokens(world, client, { scope })
      const [answer] = await Promise.all([
        refresh(world, client, refresh_token),
        world.provider.disconnectApp(alice.id, client.client_id),
      ])
      await expectNothingLeft(world, client, answer)
    }
  })

  test('the exchange of a code gives no tokens that live on (C15)', async () => {
    for (const seed of seeds) {
      const world = createQuickWorld({ storage: yieldingStorage(emptyStorage(), seed) })
      const client = await registerConfidential(world)
      const authorized = await authorize(world, client, { scope })
      const [answer] = await Promise.all([
        exchangeCode(world, client, authorized),
        world.provider.disconnectApp(alice.id, client.client_id),
      ])
      await expectNothingLeft(world, client, answer)
    }
  })

  test('an approval on the consent page leaves neither a grant nor a consent (C15)', async () => {
    for (const seed of seeds) {
      const world = createQuickWorld({ storage: yieldingStorage(emptyStorage(), seed) })
      const client = await registerConfidential(world)
      const { browser } = await authorize(world, client, { scope })
      const page = await browser.visit(authorizeUrl(world, client, createPkce(), { scope, prompt: 'consent' }))
      await Promise.all([browser.consent(page.url, true), world.provider.disconnectApp(alice.id, client.client_id)])
      await expectNothingLeft(world, client)
    }
  })
})

describe('approvals of features that wait for their client (C15)', () => {
  test.each([
    ['disconnectApp', (world: World, clientId: string) => world.provider.disconnectApp(alice.id, clientId)],
    ['revokeUserGrants', (world: World, clientId: string) => world.provider.revokeUserGrants(alice.id, { clientId })],
  ])('%s deletes those of this user and this client alone (C15)', async (_, withdraw) => {
    const world = createQuickWorld({ features: [waiting(600)] })
    const client = await registerConfidential(world)
    const other = await registerConfidential(world)
    const { approve, waits } = world.provider.features.waiting as Waiting
    await approve('own', alice.id, client.client_id)
    await approve('of another client', alice.id, other.client_id)
    await approve('of another user', bob.id, client.client_id)
    await withdraw(world, client.client_id)
    expect(await waits('own')).toBe(false)
    expect(await waits('of another client')).toBe(true)
    expect(await waits('of another user')).toBe(true)
  })

  test('an approval that its feature has read already gives no grant, however long it may wait (C15)', async () => {
    const world = createQuickWorld({ features: [waiting(7200)] })
    const client = await registerConfidential(world)
    const { approve, collect } = world.provider.features.waiting as Waiting
    const approved = await approve('1', alice.id, client.client_id)
    world.clock.advance(1)
    await world.provider.disconnectApp(alice.id, client.client_id)
    world.clock.advance(7000)
    await world.provider.purgeExpired()
    await expect(collect(approved)).rejects.toMatchObject({ code: 'access_denied' })
    expect(await liveGrants(world)).toEqual([])
  })

  test('a record of the server itself, and a lifetime that is no number of seconds, are no waiting records', () => {
    const bring = (kind: string, lifetime: number) =>
      createQuickWorld({ features: [{ name: 'wrong', start: () => ({ waitingRecords: [{ kind, lifetime }] }) }] })
    expect(() => bring('session-client', 60)).toThrow("the server's own")
    for (const lifetime of [0, 1.5, Number.NaN]) expect(() => bring('own', lifetime)).toThrow('whole seconds')
  })
})

test('a client is still told that its session ended after the user has disconnected it', async () => {
  const { feature, told } = watchEnds()
  const world = createQuickWorld({ features: [feature] })
  const client = await registerConfidential(world, { client_uri: 'https://app.example.com/' })
  const { browser } = await authorize(world, client, { scope })
  await world.provider.disconnectApp(alice.id, client.client_id)
  await world.provider.sessionEnded(browser.cookies.get('session') as string)
  expect(told).toEqual([[client.client_id]])
})
