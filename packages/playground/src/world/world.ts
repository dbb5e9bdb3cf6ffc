import { createProvider, type OAuthEvent, type Provider, type ProviderOptions } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { type Apis, createApis } from './apis.ts'
import { createCookieJar, makeRequest } from './cookies.ts'
import { describeServer, makePreset, type Need, type ServerDescription } from './description.ts'
import type { Answer, Draft, Exchange, Pair, Party } from './exchange.ts'
import { places } from './places.ts'
import { type StoredRow, watchStorage } from './stored.ts'
import type { Switches } from './switches.ts'
import { createAccounts, type User } from './users.ts'

/** Everything that a flow happens in: one server, its host with users and sessions, its APIs, and one browser. */
export interface World {
  readonly switches: Switches
  readonly description: ServerDescription
  readonly provider: Provider
  /** Seconds since the epoch, as all parties see them. */
  now(): number
  /** Lets seconds pass, without waiting. Each request lets one pass as well. */
  pass(seconds: number): void
  /** Adds what a browser sends with a request of its user: cookies, and `Origin` with a POST. */
  inBrowser(draft: Draft): Draft
  /** Sends a request and returns it with its answer and with everything that it caused in the server. */
  send(from: Party, to: Party, draft: Draft): Promise<Exchange>
  /** All exchanges so far, in their order. */
  readonly exchanges: readonly Exchange[]
  rows(): Promise<readonly StoredRow[]>
}

/**
 * Makes a world with a new server in memory.
 * @throws {TypeError} the error of `createProvider` when it refuses an option
 */
export function createWorld(switches: Switches, needs: readonly Need[]): World {
  const description = describeServer(switches, needs)
  const watched = watchStorage(memoryStorage())
  const accounts = createAccounts()
  const jar = createCookieJar()
  let passed = 0
  let events: OAuthEvent[] = []
  const exchanges: Exchange[] = []
  const began = Math.floor(Date.now() / 1000)
  // The clock stands still while the reader reads. Otherwise each code would have expired before it is exchanged.
  const now = (): number => began + passed

  const preset = description.preset ? makePreset() : undefined
  const made = description.features.map(({ make }) => make())
  const options = {
    ...preset,
    ...Object.fromEntries(description.options.map(({ name, value }) => [name, value])),
    features: [...(preset?.features ?? []), ...made],
    baseUrl: places.host,
    // The page shows the events itself.
    logger: false,
    secret: crypto.randomUUID() + crypto.randomUUID(),
    storage: watched.storage,
    authentication: {
      getSession: accounts.current,
      getUser: accounts.find,
      endSession: accounts.end,
    },
    loginUrl: '/login',
    consentUrl: '/consent',
    branding: { name: 'Example ID' },
    clock: { now },
    onEvent: (event) => events.push(event),
    outboundFetch: () => Promise.reject(new Error('The playground has no network')),
  } satisfies ProviderOptions<User>
  const provider = createProvider<User>(options)
  const apis: Apis = createApis(provider, now, needs.includes('exchange'))

  /** The login page of the host: it signs a user in, and sends the browser back to the server. */
  const login = async (request: Request): Promise<Response> => {
    const context = await provider.tryResolveLoginContext(request)
    if (context === undefined) return new Response('This sign-in is over.', { status: 400 })
    const user = new URLSearchParams(await request.text()).get('user') ?? ''
    if (accounts.find(user) === undefined) return new Response('There is no such user.', { status: 400 })
    const cookie = `sid=${accounts.signIn(user, now())}; Path=/; HttpOnly; SameSite=Lax`
    const response = new Response(null, { status: 303, headers: { location: context.returnTo } })
    return Object.defineProperty(response, 'headers', {
      value: new Headers({ location: context.returnTo, 'set-cookie': cookie }),
    })
  }

  const serve = async (request: Request): Promise<Response> => {
    if (provider.matches(request)) return provider.fetch(request)
    if (request.url.startsWith(`${places.login}?`) && request.method === 'POST') return login(request)
    return (await apis.serve(request)) ?? new Response('Nobody is at this address in the playground.', { status: 404 })
  }

  return {
    switches,
    description,
    provider,
    now,
    pass(seconds) {
      passed += seconds
    },
    inBrowser(draft) {
      const cookie = jar.header()
      const added: Pair[] = [
        ...(cookie === '' ? [] : [['cookie', cookie] as const]),
        ...(draft.method === 'GET' ? [] : [['origin', places.host] as const]),
      ]
      return { ...draft, headers: [...draft.headers, ...added] }
    },
    async send(from, to, draft) {
      watched.takeCalls()
      events = []
      passed += 1
      const response = await serve(makeRequest(draft))
      const answer: Answer = {
        status: response.status,
        headers: [...response.headers],
        body: await response.text(),
      }
      if (from === 'browser') {
        for (const [name, value] of answer.headers) if (name === 'set-cookie') jar.keep(value)
      }
      const exchange: Exchange = { from, to, request: draft, answer, events, calls: watched.takeCalls() }
      exchanges.push(exchange)
      return exchange
    },
    exchanges,
    rows: watched.rows,
  }
}
