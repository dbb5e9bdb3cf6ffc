import type { RegisteredClient, Storage } from '@oauth/core'
import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { type FixedClock, seededRandom } from '@oauth/core/testing'
import { Browser } from '../../../../core/test/support/browser.ts'
import { registerConfidential, registerPublic } from '../../../../core/test/support/client.ts'
import { deviceGrantType } from '../../../../core/test/support/device-authorization.ts'
import { registerResourceServer } from '../../../../core/test/support/tokens.ts'
import { alice, bob, createWorld, type TestUser, type World } from '../../../../core/test/support/world.ts'
import { lifetimes, type Model } from './model.ts'

/** Two processes of one host with one database, the browsers of the users, and the clients. */
export interface Servers {
  readonly processes: readonly World[]
  readonly clock: FixedClock
  /** The registrations of the clients by their name in the model, which is their id too. */
  readonly clients: Map<string, RegisteredClient>
  /** The API that access tokens with `resource` are for. */
  readonly resourceServer: RegisteredClient
  /** The PKCE verifier of each code. */
  readonly verifiers: Map<string, string>
  /** The browser of a user, which the load balancer sends to this process. */
  browser(user: string, process: number): Browser
}

export const people: Readonly<Record<string, TestUser>> = { alice, bob }
export const clientNames = ['notes', 'desktop'] as const

export const idOfUser = (name: string): string => (people[name] as TestUser).id

/** Registers a client of the model: `notes` has a secret, `desktop` is public. */
export function registerClient(world: World, name: string): Promise<RegisteredClient> {
  const grant_types = ['authorization_code', 'refresh_token', deviceGrantType] as const
  const input = { client_id: name, grant_types, scope: 'openid offline_access notes:read' }
  return name === 'notes' ? registerConfidential(world, input) : registerPublic(world, input)
}

/** Starts two processes. Each has an object of its own for the same storage. */
export async function startServers(storages: readonly [Storage, Storage]): Promise<Servers> {
  const start = (storage: Storage, seed: number, beside?: World): World =>
    createWorld({
      ...lifetimes,
      features: [deviceAuthorization({ verificationUri: '/device' })],
      ...(beside !== undefined && { beside }),
      storage,
      random: seededRandom(seed),
      idTokenSigningAlgorithm: 'ES256',
      accessTokenSigningAlgorithm: 'ES256',
      // Otherwise a process may use a client for some seconds that another process has changed.
      clientCacheSeconds: 0,
    })
  const first = start(storages[0], 1)
  const processes = [first, start(storages[1], 2, first)]
  const clients = new Map<string, RegisteredClient>()
  for (const name of clientNames) clients.set(name, await registerClient(first, name))
  const browsers = new Map(Object.keys(people).map((name) => [name, browserOf(processes)]))
  return {
    ...{ processes, clients },
    clock: first.clock,
    resourceServer: await registerResourceServer(first),
    verifiers: new Map(),
    browser: (user, process) => browsers.get(user)?.[process] as Browser,
  }
}

/** Makes one browser: an object for each process, all with the same cookies. */
function browserOf([first, ...others]: readonly World[]): readonly Browser[] {
  const browser = new Browser(first as World)
  return [browser, ...others.map((world) => Object.assign(new Browser(world), { cookies: browser.cookies }))]
}

export function startModel({ clock }: Servers): Model {
  return {
    now: clock.now(),
    users: Object.fromEntries(Object.keys(people).map((name) => [name, { exists: true, session: undefined }])),
    clients: Object.fromEntries(
      clientNames.map((name) => [name, { id: name, confidential: name === 'notes', state: 'enabled' as const }]),
    ),
    ...{ consents: {}, redirects: {}, grants: {}, codes: {}, refreshTokens: {}, accessTokens: {}, pages: {} },
  }
}
