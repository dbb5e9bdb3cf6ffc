import type { ClientInput, Provider, RegisteredClient } from '@oauth/core'
import { type ClientCredentials, type ClientName, identityScope, offlineScope, redirectUri } from '../protocol.ts'
import type { Opened } from './open-storage.ts'

/** The only user of the measured hosts. */
export const user = {
  id: 'user-alice',
  name: 'Alice Archer',
  givenName: 'Alice',
  familyName: 'Archer',
  email: 'alice@example.com',
  emailVerified: true,
}

/** The options that all measured providers have. */
export const hostOptions = {
  baseUrl: 'http://localhost:9000',
  secret: 'a-secret-for-benchmarks-with-enough-characters',
  loginUrl: '/login',
  consentUrl: '/consent',
  scopes: ['notes:read'],
  // Tokens without `resource` are opaque, so that both kinds are measured.
  defaultResource: false,
} as const

/** Registers a confidential client with all grant types and scopes, to which the user has consented. */
export async function registerClient(
  provider: Provider,
  storage: Opened['storage'],
  name: ClientName,
  { grantTypes, members }: { readonly grantTypes: readonly string[]; readonly members: object },
): Promise<ClientCredentials> {
  const scope = [...new Set([...identityScope.split(' '), ...offlineScope.split(' ')])]
  const metadata = {
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', ...grantTypes],
    scope: scope.join(' '),
    client_name: 'Benchmark',
    id_token_signed_response_alg: name,
    ...members,
  }
  const registered: RegisteredClient = await provider.registerClient(metadata as ClientInput)
  const { client_id, client_secret = '' } = registered
  const now = Math.floor(Date.now() / 1000)
  await storage.consents.remember({
    id: `consent-${name}`,
    clientId: client_id,
    userId: user.id,
    scope,
    resources: [],
    claims: [],
    redirectHosts: ['app.example.com'],
    createdAt: now,
    updatedAt: now,
  })
  return { id: client_id, secret: client_secret }
}
