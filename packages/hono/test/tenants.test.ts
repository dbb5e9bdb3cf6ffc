import { memoryStorage } from '@oauth/core/memory'
import { createTenants, tenantsByHost } from '@oauth/core/tenants'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { oauth } from '../src/index.ts'

const tenants = createTenants({
  resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
  storage: memoryStorage(),
  secret: 'a-secret-for-tests-with-enough-characters',
  options: () => ({
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
  }),
})
const app = new Hono().use(oauth(tenants)).all('*', (c) => c.text('page'))

test('Hono serves the tenant that the URL names, and passes on what belongs to none', async () => {
  const issuerOf = async (host: string) =>
    (await (await app.request(`http://${host}/auth/.well-known/openid-configuration`)).json()).issuer
  expect(await issuerOf('acme.auth.example.com')).toBe('https://acme.auth.example.com/auth')
  expect(await issuerOf('globex.auth.example.com:8080')).toBe('https://globex.auth.example.com/auth')
  expect(await (await app.request('http://acme.auth.example.com/login')).text()).toBe('page')
  expect(await (await app.request('http://auth.example.com/auth/jwks')).text()).toBe('page')
})
