import { createProvider, type Provider } from '@oauth/core'
import { conformanceReport } from '@oauth/core/features/conformance-report'
import { type SqliteStorage, sqliteStorage } from '@oauth/kysely/sqlite'

// A provider as a host exports it, on the file that a test names. Several processes of one test use the same file.
export const storage: SqliteStorage = sqliteStorage(process.env.DATABASE ?? ':memory:')

const options = {
  baseUrl: 'https://id.example.com',
  secret: process.env.OAUTH_SECRET ?? 'a-secret-for-tests-with-enough-characters',
  storage,
  authentication: { getSession: () => undefined, getUser: () => undefined },
  // RSA keys take long to make.
  idTokenSigningAlgorithm: 'ES256' as const,
  accessTokenSigningAlgorithm: 'ES256' as const,
  loginUrl: '/login',
  consentUrl: '/consent',
}

export const provider: Provider = createProvider({ ...options, features: [conformanceReport()] })
export const withoutReport = (): Promise<Provider> => Promise.resolve(createProvider(options))
export const withoutRefresh = (): Provider =>
  createProvider({ ...options, grantTypes: ['authorization_code', 'client_credentials'] })
export const nothing = 1

// A host may keep timers: the command line has to end anyway.
setInterval(() => undefined, 1000)
