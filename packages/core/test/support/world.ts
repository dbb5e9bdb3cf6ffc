import {
  createProvider,
  type OAuthEvent,
  type Provider,
  type ProviderOptions,
  type SignedIn,
  type Storage,
} from '@oauth/core'
import { type FixedClock, fixedClock } from '@oauth/core/testing'
import { Browser } from './browser.ts'
import { emptyStorage } from './empty-storage.ts'
import { issuerPath, reached } from './reach.ts'

export interface TestUser {
  readonly id: string
  readonly name: string
  readonly givenName: string
  readonly familyName: string
  readonly email: string
  readonly emailVerified: boolean
  readonly tenant: string
}

export const alice: TestUser = {
  id: 'user-alice',
  name: 'Alice Archer',
  givenName: 'Alice',
  familyName: 'Archer',
  email: 'alice@example.com',
  emailVerified: true,
  tenant: 'wonderland',
}

export const bob: TestUser = { ...alice, id: 'user-bob', name: 'Bob Baker', givenName: 'Bob', email: 'bob@example.com' }

export const baseUrl = 'https://id.example.com'
export const issuer = baseUrl + issuerPath
export const secret = 'a-secret-for-tests-with-enough-characters'

/** A provider and the host that mounts it: users, sessions in a cookie, and a record of all events. */
export interface World {
  readonly provider: Provider
  readonly storage: Storage
  readonly clock: FixedClock
  readonly events: OAuthEvent[]
  readonly users: Map<string, TestUser>
  /** Sessions by the value of the host's cookie. */
  readonly sessions: Map<string, SignedIn<TestUser>>
  readonly issuer: string
  /** Starts a new session and returns its cookie. */
  signIn(user: TestUser): string
  browser(): Browser
}

export type WorldOptions = Partial<Omit<ProviderOptions<TestUser>, 'authentication'>> & {
  /** Makes the host implement `endSession`. */
  readonly endsSessions?: boolean
  /** Another process of the same host. The new world has the same users, sessions and clock. */
  readonly beside?: World
}

export function createWorld({ endsSessions = false, beside, ...options }: WorldOptions = {}): World {
  const clock = beside?.clock ?? fixedClock()
  const storage = options.storage ?? emptyStorage()
  const events: OAuthEvent[] = []
  const users = beside?.users ?? new Map([alice, bob].map((user) => [user.id, user]))
  const sessions = beside?.sessions ?? new Map<string, SignedIn<TestUser>>()
  let counter = 0
  const made = createProvider<TestUser>({
    baseUrl,
    ...(issuerPath !== '/auth' && { basePath: issuerPath }),
    secret,
    storage,
    clock,
    loginUrl: '/login',
    consentUrl: '/consent',
    signupUrl: '/signup',
    scopes: ['notes:read', 'notes:write'],
    validAudiences: ['https://api.example.com', 'https://files.example.com/v1'],
    // The console of the tests stays readable. A test of the log passes a logger.
    logger: false,
    onEvent: (event) => events.push(withoutRequestId(event)),
    ...options,
    authentication: {
      getSession: (request) =>
        sessions.get(/(?:^|; )session=([^;]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? ''),
      getUser: (id) => users.get(id),
      ...(endsSessions && { endSession: (id: string) => void sessions.delete(id) }),
    },
  })
  const provider = reached(made)
  const world: World = {
    provider,
    storage,
    clock,
    events,
    users,
    sessions,
    issuer: provider.issuer,
    signIn(user) {
      if (beside !== undefined) return beside.signIn(user)
      const id = `session-${++counter}`
      sessions.set(id, { user, session: { id, authTime: clock.now(), amr: ['pwd'] } })
      return id
    },
    browser: () => new Browser(world),
  }
  return world
}

/** Takes the id of the request from an event, which is another one in each run. Its JSON stays. */
function withoutRequestId(event: OAuthEvent): OAuthEvent {
  if (event.requestId === undefined) return event
  const { requestId: _, ...others } = event
  const json = Object.getOwnPropertyDescriptor(event, 'toJSON')
  return (json === undefined ? others : Object.defineProperty(others, 'toJSON', json)) as OAuthEvent
}
