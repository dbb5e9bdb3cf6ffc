import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import {
  type ClientInput,
  createProvider,
  type OAuthEvent,
  type Provider,
  type ProviderOptions,
  type Storage,
} from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { kyselyStorage } from '@oauth/kysely'
import { migrate } from '@oauth/kysely/migrations'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, expect } from 'vitest'
import { type DatabaseName, databaseNames, emptyDatabase } from '../../../packages/kysely/test/support/databases.ts'
import { withLocalDatabases } from '../../../test/machine/servers.ts'

// The server of the tests with independent client libraries, on every storage.

export const redirectUri = 'https://rp.example/callback'
/** The options of oauth4webapi for a server without TLS. */
export const http = { [oauth.allowInsecureRequests]: true } as const
export const timeout = 60_000
/** The user who is always signed in. */
export const user = { id: 'ada', email: 'ada@example.com', emailVerified: true }

/** A client of the code flow that needs no consent. */
export const metadata: ClientInput = {
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'openid email offline_access',
  skip_consent: true,
}

type Handler = (request: Request) => Response | Promise<Response> | undefined

/** A provider over HTTP. Its user is always signed in. */
export interface Running {
  readonly provider: Provider
  readonly baseUrl: string
  /** The options by which oauth4webapi reaches the server. */
  readonly http: typeof http
  readonly events: readonly OAuthEvent[]
  /** Requests that did not end as they should: the responses do not say why. */
  failures(): readonly OAuthEvent[]
  stop(): Promise<void>
}

/** What a test adds to the provider when it knows the address of the server, for instance an API beside it. */
export interface Additions<Options extends Partial<ProviderOptions> = Partial<ProviderOptions>> {
  readonly options?: Options
  /** Answer requests before the provider does. */
  handlers?(provider: Provider): readonly Handler[]
}

/** A server that passes each request to the function with which it was started. */
export interface Listening {
  readonly baseUrl: string
  readonly http: typeof http
  stop(): Promise<void>
}

export type Listen = (handle: (request: Request, env: HttpBindings) => Promise<Response>) => Promise<Listening>

const listenHttp: Listen = async (handle) => {
  const server = createServer(getRequestListener(handle as never))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    http,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export async function startProvider(
  storage: Storage,
  additionsFor: (baseUrl: string) => Additions = () => ({}),
  listen: Listen = listenHttp,
): Promise<Running> {
  const events: OAuthEvent[] = []
  let handle = async (_: Request): Promise<Response> => new Response(null, { status: 503 })
  const listening = await listen((request) => handle(request))
  const { baseUrl } = listening
  const { options, handlers } = additionsFor(baseUrl)
  const provider = createProvider({
    logger: false,
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
  return { ...listening, provider, events, failures: () => events.filter(({ type }) => type === 'request.failed') }
}

/** A running provider, and what oauth4webapi has discovered of it. */
export type Served<Server> = Server & { readonly as: oauth.AuthorizationServer }

/**
 * Starts a provider on a storage before the tests of a suite, and stops it after them. The suite fails when a request
 * failed. Returns a function for the tests, which gives them the provider.
 */
export function serve<Server extends Running>(
  name: StorageName,
  start: (storage: Storage) => Promise<Server>,
): () => Served<Server> {
  let opened: OpenedStorage | undefined
  let served: Served<Server> | undefined
  beforeAll(async () => {
    opened = await openStorage(name)
    const running = await start(opened.storage)
    served = { ...running, as: await discover(running) }
  }, timeout)
  afterAll(async () => {
    await served?.stop()
    await opened?.close()
    expect(served?.failures() ?? []).toEqual([])
  })
  return () => {
    if (served === undefined) throw new Error('the provider has not started')
    return served
  }
}

export interface OpenedStorage {
  readonly storage: Storage
  close(): Promise<void>
}

/** Memory, SQLite, PGlite (PostgreSQL in the process), and the database servers that this run can use. */
export const storageNames: readonly StorageName[] = [
  ...(withLocalDatabases ? (['memory'] as const) : []),
  ...databaseNames,
]

export type StorageName = 'memory' | DatabaseName

export async function openStorage(name: StorageName): Promise<OpenedStorage> {
  if (name === 'memory') return { storage: memoryStorage(), close: async () => undefined }
  const database = await emptyDatabase(name)
  await migrate(database.db)
  return { storage: kyselyStorage(database.db), close: database.drop }
}

/** Discovers the server with oauth4webapi. */
async function discover({ provider, http }: Running): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(provider.issuer)
  return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http))
}
