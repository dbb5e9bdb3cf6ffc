import { describe, expect, test } from 'vitest'
import {
  authorize,
  authorizeUrl,
  createPkce,
  exchangeCode,
  getTokens,
  isActive,
  postAs,
  refresh,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { prepare } from '../support/prepared.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice, bob, createWorld } from '../support/world.ts'

const machine = { grant_type: 'client_credentials' }

describe('rotateClientSecret', () => {
  test('during rotation both secrets work, after it only the new one (D08)', async () => {
    const { world, client } = await prepare()
    const rotated = await world.provider.rotateClientSecret(client.client_id, { keepPreviousFor: 60 })
    expect(rotated).toMatchObject({ client_id: client.client_id, client_secret_expires_at: 0 })
    for (const one of [client, rotated]) expect((await postAs(world, one, '/oauth2/token', machine)).status).toBe(200)
    world.clock.advance(60)
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 401, 'invalid_client')
    expect((await postAs(world, rotated, '/oauth2/token', machine)).status).toBe(200)
  })

  test('without an overlap the old one is dead at once (D08)', async () => {
    const { world, client } = await prepare()
    const rotated = await world.provider.rotateClientSecret(client.client_id)
    expectJsonError(await postAs(world, client, '/oauth2/token', machine), 401, 'invalid_client')
    expect((await postAs(world, rotated, '/oauth2/token', machine)).status).toBe(200)
    expect((await world.provider.getClient(client.client_id))?.secrets).toHaveLength(1)
    expect(world.events).toContainEqual({ type: 'client.secret_rotated', clientId: client.client_id })
  })

  test('an overlap never prolongs: not past the old end, not by a later change, not beyond two secrets (D08)', async () => {
    const world = createQuickWorld()
    const end = world.clock.now() + 30
    const first = await registerConfidential(world, { client_secret_expires_at: end })
    const second = await world.provider.rotateClientSecret(first.client_id, { keepPreviousFor: 600 })
    await world.provider.updateClient(first.client_id, { client_secret_expires_at: end + 9000 })
    world.clock.advance(30)
    expectJsonError(await postAs(world, first, '/oauth2/token', machine), 401, 'invalid_client')
    expect((await postAs(world, second, '/oauth2/token', machine)).status).toBe(200)
    const third = await world.provider.rotateClientSecret(first.client_id, { keepPreviousFor: 600 })
    const fourth = await world.provider.rotateClientSecret(first.client_id, { keepPreviousFor: 600 })
    expectJsonError(await postAs(world, second, '/oauth2/token', machine), 401, 'invalid_client')
    for (const one of [third, fourth]) expect((await postAs(world, one, '/oauth2/token', machine)).status).toBe(200)
    // When the current secret ends, the overlap of the previous secret ends as well.
    await world.provider.updateClient(first.client_id, { client_secret_expires_at: world.clock.now() })
    for (const one of [third, fourth]) {
      expectJsonError(await postAs(world, one, '/oauth2/token', machine), 401, 'invalid_client')
    }
  })

  test('the new secret ends by the option, two at once lose neither, and only digests are stored', async () => {
    const world = createWorld({ clientRegistrationClientSecretExpiresAt: { afterSeconds: 600 } })
    const { client_id } = await registerConfidential(world)
    const [one, other] = await Promise.all([
      world.provider.rotateClientSecret(client_id, { keepPreviousFor: 60 }),
      world.provider.rotateClientSecret(client_id, { keepPreviousFor: 60 }),
    ])
    expect(one?.client_secret_expires_at).toBe(world.clock.now() + 600)
    for (const each of [one, other]) expect((await postAs(world, each, '/oauth2/token', machine)).status).toBe(200)
    const stored = JSON.stringify(await world.provider.getClient(client_id))
    for (const each of [one, other]) expect(stored).not.toContain(each.client_secret)
  })

  test('rotateClientSecret refuses public and unknown clients, and a wrong overlap', async () => {
    const world = createWorld()
    const { client_id } = await registerPublic(world)
    const { rotateClientSecret } = world.provider
    await expect(rotateClientSecret(client_id)).rejects.toMatchObject({ code: 'invalid_request' })
    await expect(rotateClientSecret('nobody')).rejects.toMatchObject({ code: 'not_found' })
    for (const keepPreviousFor of [-1, 1.5, Number.NaN, '60' as unknown as number]) {
      await expect(rotateClientSecret(client_id, { keepPreviousFor })).rejects.toThrow(TypeError)
    }
  })
})

describe('listClients and deleteClient', () => {
  test('listClients lists by owner, by reference, and by both, page by page', async () => {
    const world = createWorld()
    for (const input of [
      { client_id: 'a', user_id: alice.id },
      { client_id: 'b', reference_id: 'org' },
      { client_id: 'c', user_id: bob.id, disabled: true },
      { client_id: 'd', user_id: alice.id, reference_id: 'org' },
    ]) {
      await registerConfidential(world, input)
    }
    const ids = async (listing?: Parameters<typeof world.provider.listClients>[0]) =>
      (await world.provider.listClients(listing)).map(({ id }) => id)
    expect(await ids()).toEqual(['a', 'b', 'c', 'd'])
    expect(await ids({ userId: alice.id })).toEqual(['a', 'd'])
    expect(await ids({ referenceId: 'org' })).toEqual(['b', 'd'])
    expect(await ids({ userId: bob.id, referenceId: 'org' })).toEqual(['b', 'c', 'd'])
    expect(await ids({ limit: 2 })).toEqual(['a', 'b'])
    expect(await ids({ limit: 2, after: 'b' })).toEqual(['c', 'd'])
    for (const limit of [0, 1001, 1.5]) await expect(ids({ limit })).rejects.toThrow(TypeError)
  })

  test('a deleted client is gone at once, with everything that was granted to it; a second time is false', async () => {
    const { world, client, tokens, authorized } = await prepare()
    expect(await world.provider.deleteClient(client.client_id)).toBe(true)
    expect(await world.provider.deleteClient(client.client_id)).toBe(false)
    expect(await world.provider.getClient(client.client_id)).toBeUndefined()
    expect(await isActive(world, tokens.access_token)).toBe(false)
    expectJsonError(await refresh(world, client, tokens.refresh_token), 401, 'invalid_client')
    expect(world.events.filter(({ type }) => type === 'client.deleted')).toHaveLength(1)
    expectJsonError(await exchangeCode(world, client, authorized), 401, 'invalid_client')
  })

  test('a client that is given the id of a deleted one inherits nobody’s consent', async () => {
    const world = createQuickWorld()
    const scope = 'notes:read'
    const client = await registerConfidential(world, { client_id: 'chosen' })
    const { browser } = await authorize(world, client, { scope })
    expect(await world.provider.listConsents(alice.id)).toHaveLength(1)
    await world.provider.deleteClient('chosen')
    expect(await world.provider.listConsents(alice.id)).toEqual([])
    const heir = await registerConfidential(world, { client_id: 'chosen' })
    const { url } = await browser.visit(authorizeUrl(world, heir, createPkce(), { scope }))
    expect(new URL(url).pathname).toBe('/consent')
  })

  test('an owner or a reference can be taken away', async () => {
    const world = createWorld()
    const { client_id } = await registerConfidential(world, { user_id: alice.id, reference_id: 'org' })
    const changed = await world.provider.updateClient(client_id, { user_id: null })
    expect(changed).toMatchObject({ referenceId: 'org' })
    expect(changed).not.toHaveProperty('userId')
    expect(await world.provider.updateClient(client_id, { reference_id: null })).not.toHaveProperty('referenceId')
  })
})

describe('listGrants and revokeUserGrants', () => {
  test('a page of connected apps: what is live, newest first, and disconnecting one', async () => {
    const world = createQuickWorld()
    const notes = await registerConfidential(world, { client_name: 'Notes' })
    const diary = await registerConfidential(world, { client_id: 'diary', client_name: undefined })
    const scope = 'notes:read offline_access'
    const first = await getTokens(world, notes, { scope })
    world.clock.advance(5)
    const second = await getTokens(world, diary, { scope })
    const [newest, oldest] = await world.provider.listGrants(alice.id)
    expect(newest).toEqual({
      id: expect.any(String),
      clientId: 'diary',
      clientName: 'diary',
      scopes: scope.split(' '),
      resources: [],
      via: 'code',
      offlineAccess: true,
      createdAt: world.clock.now(),
      expiresAt: expect.any(Number),
    })
    expect(newest?.expiresAt).toBeGreaterThan(world.clock.now())
    expect(oldest).toMatchObject({ clientId: notes.client_id, clientName: 'Notes' })
    expect(await world.provider.listGrants(bob.id)).toEqual([])

    expect(await world.provider.revokeUserGrants(alice.id, { clientId: notes.client_id })).toBe(1)
    expect(await isActive(world, first.access_token)).toBe(false)
    expect(await isActive(world, second.access_token)).toBe(true)
    expect(await world.provider.listGrants(alice.id)).toEqual([newest])
    expect(await world.provider.revokeUserGrants(alice.id)).toBe(1)
    expect(await world.provider.revokeUserGrants(alice.id)).toBe(0)
    expect(await isActive(world, second.access_token)).toBe(false)
    expect(world.events.filter(({ type }) => type === 'grants.revoked')).toEqual([
      { type: 'grants.revoked', userId: alice.id, clientId: notes.client_id, count: 1 },
      { type: 'grants.revoked', userId: alice.id, count: 1 },
    ])
  })

  test('nobody means everybody: without a user it throws, and other users keep what they gave', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await authorize(world, client, { scope: 'notes:read' }, { user: bob })
    for (const nobody of [undefined, null]) {
      const call = world.provider.revokeUserGrants(nobody as unknown as string, { clientId: client.client_id })
      await expect(call).rejects.toThrow(TypeError)
    }
    expect(await world.provider.revokeUserGrants(alice.id, { clientId: client.client_id })).toBe(0)
    expect(await world.provider.listGrants(bob.id)).toHaveLength(1)
  })
})

describe('consents on the server side', () => {
  test('consents can be listed, narrowed and deleted on the server side', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    await authorize(world, client, { scope: 'notes:read notes:write' })
    const [consent] = await world.provider.listConsents(alice.id)
    const id = consent?.id as string
    const { updateConsent, deleteConsent } = world.provider
    await expect(updateConsent(id, { scopes: ['email'] })).rejects.toMatchObject({ code: 'invalid_scope' })
    await expect(updateConsent('none', { scopes: ['email'] })).rejects.toMatchObject({ code: 'not_found' })
    const narrowed = await updateConsent(id, { scopes: ['notes:read'] })
    expect(await world.provider.listConsents(alice.id)).toEqual([narrowed])
    expect(await world.provider.listGrants(alice.id)).toEqual([])
    expect(await deleteConsent(id)).toBe(true)
    expect(await deleteConsent(id)).toBe(false)
    expect(await world.provider.listConsents(alice.id)).toEqual([])
  })
})
