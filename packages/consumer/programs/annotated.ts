// An application that names every type, as `isolatedDeclarations` demands. So every one of them needs a public name.
import {
  type Authentication,
  type ClientRecord,
  type ConnectedGrant,
  createProvider,
  type Handlers,
  type LoginContext,
  type OAuthEvent,
  type Provider,
  type ProviderOptions,
  type RegisteredClient,
  type SignedIn,
  type StandardClaims,
  type Storage,
  type VerifiedAccessToken,
} from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { type SqliteStorage, sqliteStorage } from '@oauth/kysely/sqlite'
import { createTokenVerifier, type TokenVerifier, type VerifiedToken } from '@oauth/resource-server'

export interface User {
  readonly id: string
  readonly name: string
}

export const authentication: Authentication<User> = {
  getSession: (): SignedIn<User> | undefined => undefined,
  getUser: (): undefined => undefined,
}
export const storage: Storage = memoryStorage()
export const database: SqliteStorage = sqliteStorage(':memory:')
export const events: OAuthEvent[] = []
export const options: ProviderOptions<User> = {
  baseUrl: 'https://id.example.com',
  secret: 'a-secret-for-the-consumer-with-enough-characters',
  storage,
  authentication,
  loginUrl: '/login',
  consentUrl: '/consent',
  userClaims: ({ name }: User): StandardClaims => ({ name }),
  onEvent: (event: OAuthEvent): void => void events.push(event),
}
export const provider: Provider = createProvider(options)
export const handlers: Handlers = provider.handlers
export const client: RegisteredClient = await provider.registerClient({ redirect_uris: ['https://app.example.com/cb'] })
export const found: ClientRecord | undefined = await provider.getClient(client.client_id)
export const grants: readonly ConnectedGrant[] = await provider.listGrants('alice')
export const token: VerifiedAccessToken | undefined = await provider.verifyAccessToken('none')
export const verifier: TokenVerifier = createTokenVerifier({
  audience: provider.issuer,
  verifyWith: provider.verifyAccessToken,
})
export function context(request: Request): Promise<LoginContext> {
  return provider.resolveLoginContext(request)
}
export function verify(request: Request): Promise<VerifiedToken> {
  return verifier.verify(request)
}

if (found?.id !== client.client_id) throw new Error('the client is not there')
if (grants.length > 0 || token !== undefined) throw new Error('there is something from nothing')
