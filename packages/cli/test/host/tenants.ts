import { conformanceReport } from '@oauth/core/features/conformance-report'
import { createTenants, type Tenants, tenantsByHost } from '@oauth/core/tenants'
import { type SqliteStorage, sqliteStorage } from '@oauth/kysely/sqlite'

// Many issuers as a host exports them, on the file that a test names.
export const storage: SqliteStorage = sqliteStorage(process.env.DATABASE ?? ':memory:')

export const tenants: Tenants = createTenants({
  resolve: tenantsByHost({ baseUrl: 'https://auth.example.com' }),
  storage,
  secret: 'a-secret-for-tests-with-enough-characters',
  options: (tenant) => {
    if (tenant === 'broken') throw new Error('the settings cannot be read')
    if (!['acme', 'globex', 'new'].includes(tenant)) return undefined
    return {
      authentication: { getSession: () => undefined, getUser: () => undefined },
      // RSA keys take long to make.
      idTokenSigningAlgorithm: 'ES256' as const,
      accessTokenSigningAlgorithm: 'ES256' as const,
      loginUrl: '/login',
      consentUrl: '/consent',
      features: [conformanceReport()],
    }
  },
})
