import { expect, test } from 'vitest'
import {
  authorize,
  exchangeCode,
  isActive,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../../../packages/core/test/support/client.ts'
import { createQuickWorld } from '../../../packages/core/test/support/tokens.ts'
import { alice } from '../../../packages/core/test/support/world.ts'
import { inProcessStore } from '../src/in-process.ts'
import { batchStorage } from '../src/storage.ts'

test('the provider runs on batchStorage from the sign-in to the end of a grant, and a purge leaves no expired key', async () => {
  const store = inProcessStore()
  const world = createQuickWorld({ storage: batchStorage(store) })
  const client = await registerConfidential(world)
  const authorized = await authorize(world, client)
  const { status, body: tokens } = await exchangeCode(world, client, authorized)
  expect(status).toBe(200)
  expect((await userinfo(world, tokens.access_token)).body).toMatchObject({ sub: alice.id, email: alice.email })

  const [one, other] = await Promise.all([
    refresh(world, client, tokens.refresh_token),
    refresh(world, client, tokens.refresh_token),
  ])
  expect([one.status, other.status]).toEqual([200, 200])
  expect(one.body.refresh_token).toBe(other.body.refresh_token)
  expect(await world.provider.listConsents(alice.id)).toHaveLength(1)

  // A replay of the code revokes all tokens that it gave.
  expect((await exchangeCode(world, client, authorized)).body).toMatchObject({ error: 'invalid_grant' })
  expect(await isActive(world, one.body.access_token)).toBe(false)
  expect((await refresh(world, client, one.body.refresh_token)).status).toBe(400)
  const machine = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials' })
  expect(await isActive(world, machine.body.access_token)).toBe(true)

  // The purge deletes expired records and every index key that leads to them.
  world.clock.advance(400 * 86_400)
  expect(await world.provider.purgeExpired()).toBeGreaterThan(5)
  const left = new Set((await store.list({ prefix: [] })).map(({ key }) => key[0]))
  expect([...left].sort()).toEqual([
    ...['clients', 'consent-of', 'consents', 'consents-by-client', 'consents-by-user'],
    ...['signing-keys', 'signing-keys-in-order'],
  ])
})
