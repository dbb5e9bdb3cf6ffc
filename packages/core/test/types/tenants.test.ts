import type { Provider } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { memoryStorage } from '@oauth/core/memory'
import type { nodeListener } from '@oauth/core/node'
import { createTenants, type Tenants, tenantsByHost } from '@oauth/core/tenants'
import { expect, expectTypeOf, test } from 'vitest'

const user = { id: 'alice', plan: 'free' }
const shared = {
  resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
  storage: memoryStorage(),
  secret: 'a-secret-for-tests-with-enough-characters',
}
const pages = { loginUrl: '/login', consentUrl: '/consent' }

test('the types of the user and of the features are inferred from the options of a tenant', async () => {
  const tenants = createTenants({
    ...shared,
    options: async (tenant: string) =>
      tenant === 'acme'
        ? {
            ...pages,
            authentication: {
              getSession: () => ({ user, session: { id: 's', authTime: 1 } }),
              getUser: () => user,
            },
            features: [deviceAuthorization({ verificationUri: '/device' })],
          }
        : undefined,
  })
  const provider = await tenants.provider('acme')
  expectTypeOf(provider?.features.deviceAuthorization).not.toEqualTypeOf<object | undefined>()
  expect(provider?.features.deviceAuthorization).toBeDefined()
  expect(await tenants.provider('globex')).toBeUndefined()
})

test('tenants can be mounted wherever a provider can', () => {
  expectTypeOf<Tenants>().toExtend<Parameters<typeof nodeListener>[0]>()
  expectTypeOf<Provider>().toExtend<Parameters<typeof nodeListener>[0]>()
})

test('an unknown option is refused by the compiler and at the start', () => {
  expect(() =>
    createTenants({
      ...shared,
      // @ts-expect-error: it is called maxProviders
      maxProvider: 3,
      options: () => undefined,
    }),
  ).toThrow('createTenants: maxProvider is not known')
})
