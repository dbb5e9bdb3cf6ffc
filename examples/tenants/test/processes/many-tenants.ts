import { createTenants, tenantsByHost } from '@oauth/core/tenants'
import { sqliteStorage } from '@oauth/kysely/sqlite'

/** Asks each of ten thousand tenants for its keys, and prints the heap after each thousand, in bytes. */
const tenants = createTenants({
  resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
  storage: sqliteStorage(':memory:'),
  secret: 'a-secret-of-the-tests-0123456789-abcdef',
  maxProviders: 100,
  options: () => ({
    authentication: { getSession: () => undefined, getUser: () => undefined },
    loginUrl: '/login',
    consentUrl: '/consent',
    // Keys of RSA take long to make.
    idTokenSigningAlgorithm: 'ES256',
    accessTokenSigningAlgorithm: 'ES256',
  }),
})

const collect = globalThis.gc
if (collect === undefined) throw new Error('run it with --expose-gc')

let failed = 0
for (let tenant = 0; tenant < 10_000; tenant++) {
  const response = await tenants.fetch(new Request(`https://t${tenant}.auth.example.com/auth/jwks`))
  if (response.status !== 200) failed += 1
  // Names that do not exist come in between.
  await tenants.fetch(new Request(`https://t${tenant}.auth.example.com/auth/none-${tenant}`))
  if (tenant % 1000 === 999) {
    collect()
    process.stdout.write(`${process.memoryUsage().heapUsed}\n`)
  }
}
if (failed > 0) throw new Error(`${failed} requests failed`)
