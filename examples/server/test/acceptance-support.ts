import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { createProvider, type OAuthEvent, type Provider, type ProviderOptions, type Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { kyselyStorage } from '@oauth/kysely'
import { migrate } from '@oauth/kysely/migrations'
import * as oauth from 'oauth4webapi'
import { type DatabaseName, databaseNames, emptyDatabase } from '../../../packages/kysely/test/support/databases.ts'

// What the tests with independent client libraries share.

export const redirectUri = 'https://rp.example/callback'
/** The options of oauth4webapi for a server without TLS. */
export const http = { [oauth.allowInsecureRequests]: true } as const
export const timeout = 60_000
/** The user who is always signed in. */
export const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

type Handler = (request: Request) => Response | Promise<Response> | undefined

/** A provider over HTTP. Its user is always signed in. */
export interface Running {
  readonly provider: Provider
  readonly baseUrl: string
  readonly events: readonly OAuthEvent[]
  /** Requests that did not end as they should: the responses do not say why. */
  failures(): readonly OAuthEvent[]
  stop(): Promise<void>
}

/** What a test adds to the provider when it knows the address of the server, for instance an API beside it. */
export interface Additions {
  readonly options?: Partial<ProviderOptions>
  /** Answer requests before the provider does. */
  handlers?(provider: Provider): readonly Handler[]
}

export async function startProvider(
  storage: Storage,
  additionsFor: (baseUrl: string) => Additions = () => ({}),
): Promise<Running> {
  const events: OAuthEvent[] = []
  let handle: (request: Request) => Response | Promise<Response> = () => new Response(null, { status: 503 })
  const server = createServer(getRequestListener((request) => handle(request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { options, handlers } = additionsFor(baseUrl)
  const provider = createProvider({
    baseUrl,
    secret: 'a-secret-for-tests-with-enough-characters',
    storage,
    authentication: {
      getSession: () => ({ user, session: { id: 's', authTime: Math.floor(Date.now() / 1000) } }),
      getUser: () => user,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    onEvent: (event) => events.push(event),
    ...options,
  })
  const others = handlers?.(provider) ?? []
  handle = async (request) => {
    for (const other of others) {
      const response = await other(request)
      if (response !== undefined) return response
    }
    return provider.fetch(request)
  }
  return {
    provider,
    baseUrl,
    events,
    failures: () => events.filter(({ type }) => type === 'request.failed'),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export interface OpenedStorage {
  readonly storage: Storage
  close(): Promise<void>
}

/** Memory, SQLite, PGlite (PostgreSQL in the process), and the database servers that this run can use. */
export const storageNames: readonly ('memory' | DatabaseName)[] = ['memory', ...databaseNames]

export async function openStorage(name: 'memory' | DatabaseName): Promise<OpenedStorage> {
  if (name === 'memory') return { storage: memoryStorage(), close: async () => undefined }
  const database = await emptyDatabase(name)
  await migrate(database.db)
  return { storage: kyselyStorage(database.db), close: database.drop }
}

/** Discovers the server with oauth4webapi. */
export async function discover({ provider }: Running): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(provider.issuer)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
}

/** Makes a key of a client: the public part to register, and the private one for `oauth.PrivateKeyJwt`. */
export async function makeKeys(): Promise<{
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] }
  readonly signer: oauth.PrivateKey
}> {
  const { publicKey, privateKey } = await oauth.generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'key-1', alg: 'ES256' }
  return { jwks: { keys: [jwk] }, signer: { key: privateKey, kid: 'key-1' } }
}

/** Follows an authorization request to the redirect URI, as a browser whose user is signed in. */
export async function callbackOf(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(String(response.headers.get('location')))
}
