import { createProvider } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { expect, test } from 'vitest'
import { isActive, postAs, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { alice } from '../support/world.ts'
import { type Vouchers, vouchers } from './vouchers.ts'

// These tests cover the sample of docs/writing-a-feature.md.

const name = 'urn:example:grant-type:voucher'

async function voucherWorld() {
  const world = createQuickWorld({ features: [vouchers()] })
  const client = await registerConfidential(world, { grant_types: [name], redirect_uris: [] })
  const api = world.provider.features.vouchers as Vouchers
  return {
    world,
    client,
    create: () => api.create({ clientId: client.client_id, userId: alice.id, scope: ['openid', 'email'] }),
    exchange: (voucher: string) => postAs(world, client, '/oauth2/token', { grant_type: name, voucher }),
  }
}

test('a voucher of the host is exchanged for tokens once', async () => {
  const { world, create, exchange } = await voucherWorld()
  const voucher = await create()
  const { status, body } = await exchange(voucher)
  expect([status, body.scope]).toEqual([200, 'openid email'])
  expect((await world.provider.verifyAccessToken(body.access_token))?.userId).toBe(alice.id)
  expectJsonError(await exchange(voucher), 400, 'invalid_grant')
  expect(await isActive(world, body.access_token)).toBe(true)
})

test('a voucher that fifty requests bring at once is exchanged once', async () => {
  const { create, exchange } = await voucherWorld()
  const voucher = await create()
  const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(voucher)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('a voucher ends, with an error code of the feature', async () => {
  const { world, create, exchange } = await voucherWorld()
  const voucher = await create()
  world.clock.advance(300)
  expectJsonError(await exchange(voucher), 400, 'voucher_expired')
})

test('a voucher of a user whose grants were revoked since is worth nothing; a new one is', async () => {
  const { world, client, create, exchange } = await voucherWorld()
  const voucher = await create()
  await world.provider.revokeUserGrants(alice.id)
  expectJsonError(await exchange(voucher), 400, 'invalid_grant')
  expect((await exchange(await create())).status).toBe(200)
  expect(await world.provider.listConnectedApps(alice.id)).toMatchObject([
    { clientId: client.client_id, via: ['voucher'], remembered: false },
  ])
})

test('a voucher whose record a process without the feature could not delete is worth nothing either', async () => {
  const { world, create, exchange } = await voucherWorld()
  const voucher = await create()
  const without = createQuickWorld({ storage: world.storage, beside: world })
  await without.provider.revokeUserGrants(alice.id)
  expect((await exchange(voucher)).body.error).toBe('access_denied')
})

test('a voucher for a user who is gone costs nothing and gives nothing', async () => {
  const { world, create, exchange } = await voucherWorld()
  const voucher = await create()
  world.users.delete(alice.id)
  expectJsonError(await exchange(voucher), 400, 'invalid_grant')
  world.users.set(alice.id, alice)
  expect((await exchange(voucher)).status).toBe(200)
})

test('a voucher for a client that is not there is a mistake of the host', async () => {
  const provider = createProvider({
    baseUrl: 'https://id.example.com',
    secret: 's'.repeat(32),
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    features: [vouchers()],
  })
  const facts = { clientId: 'nobody', userId: 'alice', scope: ['openid'] }
  await expect(provider.features.vouchers.create(facts)).rejects.toThrow('vouchers: there is no client nobody')
})
