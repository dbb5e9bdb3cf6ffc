import type { RequestListener } from 'node:http'
import { register } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getRequestListener } from '@hono/node-server'
import type { Provider, RegisteredClient, Storage } from '@oauth/core'
import {
  type ClientCredentials,
  type ClientName,
  identityScope,
  offlineScope,
  redirectUri,
  resource,
  type ServerSettings,
  sessionCookie,
} from '../protocol.ts'
import { plainBridge } from './plain-bridge.ts'
import type { Served } from './served.ts'

const user = {
  id: 'user-alice',
  name: 'Alice Archer',
  givenName: 'Alice',
  familyName: 'Archer',
  email: 'alice@example.com',
  emailVerified: true,
}

/** What users run: the built files, loaded as Node loads them. (In the workspace the packages' names mean sources.) */
async function load<Module>(directory: string, file: string): Promise<Module> {
  return (await import(pathToFileURL(join(directory, 'dist', file)).href)) as Module
}

/** What a package says `@oauth/core` to is its built files as well. */
function resolveBuiltCore(core: string): void {
  const url = JSON.stringify(pathToFileURL(join(core, 'dist/index.js')).href)
  const hook = `export const resolve = (name, context, next) =>
    name === '@oauth/core' ? { url: ${url}, shortCircuit: true } : next(name, context)`
  register(`data:text/javascript,${encodeURIComponent(hook)}`)
}

/** A provider in its default settings, with a host whose sessions and users are in memory. */
export async function serveProvider(settings: ServerSettings): Promise<Served> {
  const { createProvider } = await load<typeof import('@oauth/core')>(settings.core, 'index.js')
  const storage = await openStorage(settings)
  const sessions = new Map([
    [sessionCookie, { user, session: { id: 'session-1', authTime: Math.floor(Date.now() / 1000), amr: ['pwd'] } }],
  ])
  const users = new Map([[user.id, user]])
  const provider = createProvider({
    baseUrl: 'http://localhost:9000',
    secret: 'a-secret-for-benchmarks-with-enough-characters',
    storage,
    loginUrl: '/login',
    consentUrl: '/consent',
    scopes: ['notes:read'],
    validAudiences: [resource],
    authentication: {
      getSession: (request) => sessions.get(request.headers.get('cookie') ?? ''),
      getUser: (id) => users.get(id),
    },
    onEvent(event) {
      if (event.type === 'request.failed') process.stderr.write(`request.failed: ${String(event.cause)}\n`)
    },
  })
  return {
    listener: mount(provider, settings),
    clients: {
      ES256: await registerClient(provider, storage, 'ES256'),
      RS256: await registerClient(provider, storage, 'RS256'),
    },
  }
}

async function openStorage({ storage, core, kysely, directory }: ServerSettings): Promise<Storage> {
  if (storage === 'memory') {
    return (await load<typeof import('@oauth/core/memory')>(core, 'memory/index.js')).memoryStorage()
  }
  resolveBuiltCore(core)
  const { sqliteStorage } = await load<typeof import('@oauth/kysely/sqlite')>(kysely, 'sqlite/index.js')
  return sqliteStorage(join(directory, 'benchmark.db'))
}

function mount(provider: Provider, { bridge }: ServerSettings): RequestListener {
  return bridge === 'hono' ? getRequestListener(provider.fetch) : plainBridge(provider.fetch)
}

/** A confidential client that may do everything, with the user's consent to all of it. */
async function registerClient(provider: Provider, storage: Storage, name: ClientName): Promise<ClientCredentials> {
  const scope = [...new Set([...identityScope.split(' '), ...offlineScope.split(' ')])]
  const { client_id, client_secret = '' }: RegisteredClient = await provider.registerClient({
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    scope: scope.join(' '),
    client_name: 'Benchmark',
    id_token_signed_response_alg: name,
  })
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
