import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { redirectUri, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { expectUnchanged, input, orders, startManaged } from '../support/managed.ts'
import { rpcOf } from '../support/rpc.ts'
import { wrapStorage } from '../support/storage.ts'
import { alice, createWorld, type WorldOptions } from '../support/world.ts'

describe('trusted clients are immutable', () => {
  const ownerOrders = ['update-client', 'rotate-secret', 'delete-client'] as const

  test.each(ownerOrders)('%s of a client that skips consent is not its owner’s', async (name) => {
    const { world, client_id, id } = await startManaged()
    await world.provider.updateClient(client_id, { skip_consent: true })
    const before = JSON.stringify(await world.provider.getClient(client_id))
    const answer = await (orders[name] as (typeof orders)[string])(rpcOf(world, alice), { client_id, id })
    expectJsonError(answer, 400, 'invalid_request')
    expect(answer.body.error_description).toBe(
      'trusted clients must be updated manually: call provider.updateClient on the server side',
    )
    expect(JSON.stringify(await world.provider.getClient(client_id))).toBe(before)
  })

  test.each<[string, (id: string) => WorldOptions]>([
    ['configuration', (id) => ({ cachedTrustedClients: [id] })],
    ['the resolver', (id) => ({ trustedClientResolver: (client) => client.id === id })],
  ])(
    'what %s trusts no route changes, not even an admin’s; an admin changes what storage trusts',
    async (_by, trust) => {
      const world = createWorld({ authorizeAdmin: () => true, ...trust('trusted') })
      await registerConfidential(world, { client_id: 'trusted', user_id: alice.id })
      await registerConfidential(world, { client_id: 'stored', user_id: alice.id, skip_consent: true })
      const rpc = rpcOf(world, alice)
      for (const name of ownerOrders) {
        const answer = await (orders[name] as (typeof orders)[string])(rpc, { client_id: 'trusted', id: '' })
        expectJsonError(answer, 400, 'invalid_request')
      }
      const path = '/admin/oauth2/update-client'
      expectJsonError(await rpc.post(path, { client_id: 'trusted', client_name: 'x' }), 400, 'invalid_request')
      expect((await world.provider.getClient('trusted'))?.version).toBe(1)
      expect((await rpc.post(path, { client_id: 'stored', skip_consent: false })).body.skip_consent).toBe(false)
    },
  )

  test('an update that overtakes the one that made a client trusted is judged by what it replaces', async () => {
    const inner = memoryStorage()
    let race: (() => Promise<unknown>) | undefined
    const storage = wrapStorage(inner, async (name, _args, run) => {
      const now = race
      if (name === 'clients.replace' && now !== undefined) {
        race = undefined
        await now()
      }
      return run()
    })
    const world = createWorld({ storage })
    const { client_id } = await registerConfidential(world, { user_id: alice.id })
    race = () => world.provider.updateClient(client_id, { skip_consent: true })
    const update = { redirect_uris: ['https://evil.test/cb'] }
    const answer = await rpcOf(world, alice).post('/oauth2/update-client', { client_id, update })
    expectJsonError(answer, 400, 'invalid_request')
    expect((await world.provider.getClient(client_id))?.metadata.redirect_uris).toEqual([redirectUri])
  })
})

describe('orders of other sites', () => {
  const foreign: readonly (readonly [string, HeadersInit])[] = [
    ['another origin', { origin: 'https://evil.test' }],
    ['another site’s form', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a sibling', { origin: 'https://x.id.example.com', 'sec-fetch-site': 'same-site' }],
  ]

  test.each(
    Object.entries(orders).flatMap(([name, call]) =>
      foreign.map(([from, headers]) => [name, from, call, headers] as const),
    ),
  )('%s from %s answers 403, and the storage is not asked', async (_name, _from, call, headers) => {
    const started = await startManaged()
    const answer = await call(rpcOf(started.world, alice), started, headers)
    expectJsonError(answer, 403, 'access_denied')
    expect(started.calls).toEqual([])
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    await expectUnchanged(started)
  })

  test('create-client from another origin answers 403', async () => {
    const { world, calls } = await startManaged()
    const answer = await rpcOf(world, alice).post('/oauth2/create-client', input, {
      headers: { origin: 'https://evil.test' },
    })
    expectJsonError(answer, 403, 'access_denied')
    expect(calls).toEqual([])
  })

  test.each(Object.entries(orders))('%s as text, as a form, or by GET is refused', async (name, call) => {
    const started = await startManaged()
    const rpc = rpcOf(started.world, alice)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      expectJsonError(await call(rpc, started, { 'content-type': type }), 400, 'invalid_request')
    }
    const path = name === 'rotate-secret' ? '/oauth2/client/rotate-secret' : `/oauth2/${name}`
    const got = await rpc.get(path, { client_id: started.client_id, id: started.id })
    expectJsonError(got, 405, 'method_not_allowed')
    await expectUnchanged(started)
  })
})
