import { createProvider, type Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { tenantStorage } from '@oauth/core/tenants'
import { expect, test } from 'vitest'
import { tenantsIn } from '../src/commands/tenant/tenants-in.ts'

async function register(storage: Storage, ...ids: readonly string[]): Promise<void> {
  const provider = createProvider({
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    logger: false,
  })
  for (const client_id of ids) await provider.registerClient({ client_id, grant_types: ['client_credentials'] })
}

test.each([1, 2, 3, 100])(
  'with %d clients in a page, each tenant is found once, whatever other ids there are',
  async (page) => {
    const storage = memoryStorage()
    // Ids that begin alike, and those of a server that had one issuer before.
    for (const tenant of ['a', 'a-1', 'a.b', 'ab', 'z', '0']) {
      await register(tenantStorage(storage, tenant), '1', 'a:b', 'z;')
    }
    await register(storage, 'a', 'm2', 'plain', 'Upper:case', 'zz')
    const { ranges } = storage
    if (ranges === undefined) throw new Error('the storage has no ranges')
    expect(await tenantsIn(ranges, page)).toEqual(['0', 'a', 'a-1', 'a.b', 'ab', 'z'])
  },
)

test('a tenant that has signing keys and no client is found', async () => {
  const storage = memoryStorage()
  const key = { id: 'k', algorithm: 'ES256', generation: 1, publicJwk: {}, sealedPrivateKey: 'x' }
  const own = tenantStorage(storage, 'acme')
  await own.signingKeys.insert({ ...key, createdAt: 1, activatesAt: 1 } as never)
  expect(await tenantsIn(storage.ranges as NonNullable<Storage['ranges']>)).toEqual(['acme'])
})
