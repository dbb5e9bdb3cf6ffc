// A typical application: no type annotation where TypeScript can infer. The check also emits its declarations.
import { createProvider, OAuthError, type SignedIn } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { fixedClock, seededRandom } from '@oauth/core/testing'
import { kyselyStorage } from '@oauth/kysely'
import { migrations, migrator } from '@oauth/kysely/migrations'
import { sqliteStorage } from '@oauth/kysely/sqlite'
import { buildProtectedResourceMetadata, createTokenVerifier, protect } from '@oauth/resource-server'

export const user = { id: 'alice', name: 'Alice', tenant: { name: 'Acme' } }
export const sessions = new Map<string, SignedIn<typeof user>>([
  ['1', { user, session: { id: 'session-1', authTime: Math.floor(Date.now() / 1000) } }],
])
export const storage = memoryStorage()
export const database = sqliteStorage(':memory:')
export const onKysely = kyselyStorage(database.db)
export const steps = Object.keys(migrations())
export const own = migrator(database.db)
export const query = database.db.selectFrom('oauth_clients').selectAll()
export const rows = await query.execute()
export const clock = fixedClock(1_700_000_000)
export const random = seededRandom(7)
export const resource = 'https://api.example.com'

export const provider = createProvider({
  baseUrl: 'https://id.example.com',
  secret: 'a-secret-for-the-consumer-with-enough-characters',
  storage: database,
  loginUrl: '/login',
  postLoginUrl: '/welcome',
  consentUrl: '/consent',
  validAudiences: [resource],
  scopes: ['notes:read'],
  authentication: {
    getSession: (request) => sessions.get(request.headers.get('cookie') ?? ''),
    getUser: (id) => (id === user.id ? user : undefined),
  },
  customIdTokenClaims: ({ user: { tenant } }) => ({ tenant: tenant.name }),
  postLoginResolver: ({ user: { tenant } }) => tenant.name === '',
})
export const { fetch, handlers, metadata, registerClient } = provider
export const client = await provider.registerClient({
  redirect_uris: ['https://app.example.com/callback'],
  grant_types: ['authorization_code', 'client_credentials'],
  scope: 'openid notes:read',
})
export const found = await provider.getClient(client.client_id)
export const updated = await provider.updateClient(client.client_id, { client_name: 'Notes' })
export const listed = await provider.listClients()
export const context = await provider.tryResolveLoginContext(new Request('https://id.example.com/login'))

export const response = await provider.fetch(
  new Request(`${provider.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'notes:read', resource }),
  }),
)
export const { access_token: accessToken } = (await response.json()) as { readonly access_token: string }

export const verifier = createTokenVerifier({ audience: resource, verifyWith: provider.verifyAccessToken })
export const verified = await verifier.verify(accessToken)
export const protectedResource = buildProtectedResourceMetadata(resource, { provider, scopesSupported: ['notes:read'] })
export const api = protect({ verifier, resourceMetadata: `${resource}/.well-known/oauth-protected-resource` })(
  (_request, token) => Response.json({ notesOf: token.clientId }),
)
export const notes = await api(new Request(resource, { headers: { authorization: `Bearer ${accessToken}` } }))

export const failure = new OAuthError('invalid_grant', 'the code has expired')

if (verified.clientId !== client.client_id) throw new Error('the verifier names another client')
if (notes.status !== 200) throw new Error(`the API answered ${notes.status}`)
if (!(failure instanceof Error)) throw new Error('an OAuthError is no Error')
if (steps.length === 0) throw new Error('there are no migrations')
