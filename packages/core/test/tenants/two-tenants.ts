import { createHash } from 'node:crypto'
import type { OAuthEvent, RegisteredClient, SignedIn, Storage } from '@oauth/core'
import { backChannelLogout } from '@oauth/core/features/back-channel-logout'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { dpop } from '@oauth/core/features/dpop'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import {
  createTenants,
  type TenantOptions,
  type TenantResolver,
  type Tenants,
  type TenantsOptions,
  tenantStorage,
  tenantsByHost,
} from '@oauth/core/tenants'
import { type FixedClock, fixedClock } from '@oauth/core/testing'
import { Browser } from '../support/browser.ts'
import { registerConfidential } from '../support/client.ts'
import { alice, type TestUser, type World } from '../support/world.ts'

export const secret = 'a-secret-of-all-tenants-with-enough-characters'
export const byHost: TenantResolver = tenantsByHost({ baseUrl: 'https://auth.example.com' })

/** The features are made once, as a host may do, and shared by all tenants. */
const features = [
  dpop(),
  pushedAuthorizationRequests(),
  deviceAuthorization({ verificationUri: '/device' }),
  privateKeyJwt(),
  backChannelLogout(),
] as const

export interface TenantWorld extends World {
  readonly tenant: string
}

export interface TenantWorlds {
  readonly tenants: Tenants
  readonly clock: FixedClock
  readonly shared: Storage
  /** Every event, with its tenant. */
  readonly told: { readonly tenant: string; readonly event: OAuthEvent }[]
  /** Bodies of the requests that the tenants sent, by URL. */
  readonly sent: string[]
  /** Makes the world of one tenant: its users and sessions, and a browser that knows its pages. */
  world(tenant: string): Promise<TenantWorld>
}

/** What a test says otherwise. */
export interface WorldsOptions extends Partial<Omit<TenantsOptions<TestUser>, 'options' | 'storage'>> {
  readonly tenant?: (tenant: string) => Partial<TenantOptions<TestUser>>
}

/** Makes tenants on one storage. In each of them there is an Alice with the same id and another address. */
export function tenantWorlds(shared: Storage, { tenant: more, ...options }: WorldsOptions = {}): TenantWorlds {
  const clock = fixedClock()
  const told: { tenant: string; event: OAuthEvent }[] = []
  const sent: string[] = []
  const sessions = new Map<string, Map<string, SignedIn<TestUser>>>()
  const sessionsOf = (tenant: string): Map<string, SignedIn<TestUser>> => {
    const known = sessions.get(tenant) ?? new Map<string, SignedIn<TestUser>>()
    sessions.set(tenant, known)
    return known
  }
  const userOf = (tenant: string): TestUser => ({ ...alice, tenant, email: `alice@${tenant}.example` })
  const tenants = createTenants<TestUser>({
    resolve: byHost,
    storage: shared,
    secret,
    clock,
    logger: false,
    onEvent: (event, tenant) => told.push({ tenant, event }),
    ...options,
    options: (tenant) => ({
      authentication: {
        getSession: (request) =>
          sessionsOf(tenant).get(/(?:^|; )session=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
        getUser: (id) => (id === alice.id ? userOf(tenant) : undefined),
        endSession: (id) => void sessionsOf(tenant).delete(id),
      },
      loginUrl: '/login',
      consentUrl: '/consent',
      scopes: ['notes:read', 'notes:write'],
      validAudiences: ['https://api.example.com'],
      allowDynamicClientRegistration: true,
      outboundFetch: async (url) => {
        sent.push(String(url))
        return new Response(null, { status: 200 })
      },
      features,
      ...more?.(tenant),
    }),
  })
  let counter = 0
  return {
    tenants,
    clock,
    shared,
    told,
    sent,
    async world(tenant) {
      const provider = await tenants.provider(tenant)
      if (provider === undefined) throw new Error(`no tenant ${tenant}`)
      const world: TenantWorld = {
        tenant,
        provider: { ...provider, fetch: tenants.fetch },
        storage: tenantStorage(shared, tenant),
        clock,
        events: [],
        users: new Map([[alice.id, userOf(tenant)]]),
        sessions: sessionsOf(tenant),
        issuer: provider.issuer,
        signIn(user) {
          const id = `session-${++counter}`
          sessionsOf(tenant).set(id, { user, session: { id, authTime: clock.now(), amr: ['pwd'] } })
          return id
        },
        browser: () => new Browser(world),
      }
      return world
    },
  }
}

/** Two tenants in which a client with the same id is registered. Only the secret differs. */
export interface Pair {
  readonly a: TenantWorld
  readonly b: TenantWorld
  readonly clientA: RegisteredClient
  readonly clientB: RegisteredClient
}

let pairs = 0

export async function pairOf(worlds: TenantWorlds): Promise<Pair> {
  const number = ++pairs
  const [a, b] = [await worlds.world(`acme${number}`), await worlds.world(`acme${number}-b`)]
  const clientA = await registerConfidential(a)
  return { a, b, clientA, clientB: await copyClient(a, b, clientA) }
}

/** Registers a client of A at B, under the same id, with a secret of its own. */
export async function copyClient(a: World, b: World, client: RegisteredClient): Promise<RegisteredClient> {
  const record = await a.storage.clients.find(client.client_id)
  if (record === undefined) throw new Error('no client to copy')
  const other = 'another-secret-that-only-the-client-of-b-knows'
  const hash = createHash('sha256').update(other).digest('base64url')
  await b.storage.clients.insert({ ...record, secrets: record.secrets.map((one) => ({ ...one, hash })) })
  return { ...client, ...(client.client_secret !== undefined && { client_secret: other }) }
}
