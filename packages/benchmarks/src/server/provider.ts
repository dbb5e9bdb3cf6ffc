import { generateKeyPairSync } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { ClientInput, Provider, RegisteredClient } from '@oauth/core'
import {
  type ClientCredentials,
  type ClientName,
  eddsaResource,
  fastResource,
  identityScope,
  offlineScope,
  redirectUri,
  resource,
  type ServerSettings,
  sessionCookie,
} from '../protocol.ts'
import { addExpiredRows } from './expired-rows.ts'
import { makeFeature, registrationFor } from './features.ts'
import { loadBuilt, type Opened, openStorage } from './open-storage.ts'
import { plainBridge } from './plain-bridge.ts'
import { purgeLoop } from './purge-loop.ts'
import type { Served } from './served.ts'

const user = {
  id: 'user-alice',
  name: 'Alice Archer',
  givenName: 'Alice',
  familyName: 'Archer',
  email: 'alice@example.com',
  emailVerified: true,
}

/** Makes a provider with default settings, and a host that keeps its sessions and users in memory. */
export async function serveProvider(settings: ServerSettings): Promise<Served> {
  const { createProvider } = await loadBuilt<typeof import('@oauth/core')>(settings.core, 'index.js')
  const { storage, db } = await openStorage(settings)
  if (settings.expired && db !== undefined) await addExpiredRows(db, settings)
  const sessions = new Map([
    [sessionCookie, { user, session: { id: 'session-1', authTime: Math.floor(Date.now() / 1000), amr: ['pwd'] } }],
  ])
  const users = new Map([[user.id, user]])
  const provider = createProvider({
    features: await Promise.all((settings.features ?? []).map((name) => makeFeature(settings.core, name))),
    baseUrl: 'http://localhost:9000',
    secret: 'a-secret-for-benchmarks-with-enough-characters',
    storage,
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [resource, fastResource, eddsaResource],
    resourceOptions: {
      [fastResource]: { accessTokenSigningAlgorithm: 'ES256' },
      [eddsaResource]: { accessTokenSigningAlgorithm: 'EdDSA' },
    },
    // Tokens without `resource` are opaque, so that both kinds are measured.
    defaultResource: false,
    authentication: {
      getSession: (request) => sessions.get(request.headers.get('cookie') ?? ''),
      getUser: (id) => users.get(id),
    },
    onEvent(event) {
      if (event.type === 'request.failed') process.stderr.write(`request.failed: ${String(event.cause)}\n`)
    },
  })
  // Make the signing keys before the measurement: the purge reads them, too.
  if (settings.expired !== undefined) await provider.fetch(new Request(`${provider.issuer}/jwks`))
  const { key, ...registration } = registrationFor(settings.features ?? [])
  const pair = key ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : undefined
  const members = {
    ...registration.members,
    ...(pair && { jwks: { keys: [pair.publicKey.export({ format: 'jwk' })] } }),
  }
  const register = (name: ClientName) => registerClient(provider, storage, name, { ...registration, members })
  return {
    listener: mount(provider, settings),
    clients: { ES256: await register('ES256'), RS256: await register('RS256'), EdDSA: await register('EdDSA') },
    ...(pair && { privateKey: pair.privateKey.export({ format: 'jwk' }) }),
    purge: purgeLoop(provider),
  }
}

function mount(provider: Provider, { bridge }: ServerSettings): RequestListener {
  return bridge === 'hono' ? getRequestListener(provider.fetch) : plainBridge(provider.fetch)
}

/** Registers a confidential client with all grant types and scopes, to which the user has consented. */
async function registerClient(
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
