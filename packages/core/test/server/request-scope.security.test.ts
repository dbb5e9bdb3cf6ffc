import type { Feature, OAuthEvent, RequestEnd, Storage } from '@oauth/core'
import { dpop } from '@oauth/core/features/dpop'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { answerDevice, startDevice } from '../support/device-authorization.ts'
import { makeProof, postWithProof } from '../support/dpop.ts'
import { requestOf } from '../support/requests/draft.ts'
import { createFixture, type Fixture } from '../support/requests/fixture.ts'
import { type ValidRequest, validRequests } from '../support/requests/valid-requests.ts'
import { shareRsaKeys } from '../support/shared-rsa-keys.ts'
import { wrapStorage } from '../support/storage.ts'
import type { WorldOptions } from '../support/world.ts'

shareRsaKeys()

/** What happened while the provider served a request, as somebody sees it who only knows when it began and ended. */
interface Seen {
  readonly end: RequestEnd
  readonly events: readonly OAuthEvent[]
  /** Calls of the storage that the storage itself has counted, without those for the keys, which requests share. */
  readonly calls: readonly string[]
  /** Calls of the storage that an observer was told of. */
  readonly observed: readonly string[]
}

interface Watched {
  readonly fixture: Fixture
  readonly seen: Seen[]
}

/** Makes the world, and watches each request. Requests come one after the other here. */
async function watchedFixture(options: WorldOptions = {}): Promise<Watched> {
  const seen: Seen[] = []
  let open: { events: OAuthEvent[]; calls: string[]; observed: string[] } | undefined
  const isOfKeys = (name: string): boolean => name.startsWith('signingKeys.')
  const storage: Storage = wrapStorage(memoryStorage(), (name, _args, run) => {
    if (!isOfKeys(name)) open?.calls.push(name)
    return run()
  })
  const watching: Feature = {
    name: 'watching',
    observer: {
      request() {
        const own = { events: [], calls: [], observed: [] }
        open = own
        return {
          end(end) {
            seen.push({ end, ...own })
            open = undefined
          },
        }
      },
      storage({ store, verb }) {
        const name = store === 'storage' ? verb : `${store}.${verb}`
        if (!isOfKeys(name)) open?.observed.push(name)
        return undefined
      },
    },
    start: () => ({}),
  }
  const { features = [], ...others } = options
  const fixture = await createFixture({
    storage,
    onEvent: (event) => open?.events.push(event),
    features: [watching, ...features],
    ...others,
  })
  return { fixture, seen }
}

async function send({ fixture }: Watched, valid: ValidRequest): Promise<void> {
  const response = await fixture.world.provider.fetch(requestOf(await valid.prepare(fixture)) as Request)
  await response.text()
}

/** Events of what all requests share: whoever comes first makes or reads the keys for everybody. */
const shared: ReadonlySet<string> = new Set<OAuthEvent['type']>(['signing_key.created', 'encryption_key.created'])

const strays = (seen: readonly Seen[]): readonly string[] =>
  seen.flatMap(({ end, events }) =>
    events.flatMap((event) =>
      event.requestId === end.requestId || shared.has(event.type) ? [] : `${event.type} at ${end.endpoint}`,
    ),
  )

/** Says where the end of a request, or an observer, tells of other calls than the storage has counted. */
const miscounted = (seen: readonly Seen[]): readonly string[] =>
  seen.flatMap(({ end, calls, observed }) => [
    ...(end.storageCalls === calls.length ? [] : [`${end.endpoint} counts ${end.storageCalls} of ${calls.join()}`]),
    ...(observed.join() === calls.join() ? [] : [`${end.endpoint} tells ${observed.join()} for ${calls.join()}`]),
  ])

const typesIn = (seen: readonly Seen[]): readonly string[] =>
  [...new Set(seen.flatMap(({ events }) => events.map(({ type }) => type)))].sort()

/** Options under which whatever can go wrong on the side does, and is an event. */
const troubled: WorldOptions = {
  rateLimit: {
    clientAddress: () => '203.0.113.7',
    limiter: {
      consume: () => Promise.reject(new Error('the limiter is away')),
      check: () => Promise.reject(new Error('the limiter is away')),
    },
  },
  clientCacheSignal: { publish: () => Promise.reject(new Error('nobody hears')), subscribe: () => undefined },
  renderPage: () => {
    throw new Error('no page')
  },
  userClaims: () => ({ email: 7, email_verified: 'perhaps' }) as never,
  customIdTokenClaims: () => ({ iss: 'https://evil.example' }),
}

describe('every event of a request has its id', () => {
  test('all events that the valid requests to all endpoints emit have the id of their request (G52)', async () => {
    const all: Seen[] = []
    for (const valid of validRequests) {
      const watched = await watchedFixture()
      await send(watched, valid)
      all.push(...watched.seen)
    }
    expect(strays(all)).toEqual([])
    const types = typesIn(all)
    for (const type of [
      ...(['code.issued', 'tokens.issued', 'interaction.started', 'consent.remembered', 'device.requested'] as const),
      ...(['device.approved', 'ciba.requested', 'client.registered', 'client.updated', 'client.deleted'] as const),
      ...(['token.revoked', 'session.ended', 'request.refused', 'authorization_request.pushed'] as const),
      ...(['token.exchanged', 'id_jag.issued', 'jwt_bearer.accepted', 'consent.narrowed'] as const),
    ]) {
      expect(types).toContain(type)
    }
  })

  test('so have the events of a limiter, a signal, a hook and a page that fail while a request is served (G52)', async () => {
    const all: Seen[] = []
    for (const valid of validRequests) {
      const watched = await watchedFixture(troubled)
      await send(watched, valid).catch(() => undefined)
      all.push(...watched.seen)
    }
    expect(strays(all)).toEqual([])
    const types = typesIn(all)
    for (const type of [
      ...(['rate_limiter.failed', 'client_cache_signal.failed', 'page.failed'] as const),
      ...(['claims.wrong_type_dropped', 'claims.reserved_name_dropped'] as const),
    ]) {
      expect(types).toContain(type)
    }
  })

  test('so have the events of clients whose metadata are a document, and of a device that the user refuses (G52)', async () => {
    const watched = await watchedFixture({
      outboundFetch: () => Promise.reject(new Error('away')),
    })
    const { fixture, seen } = watched
    const ofDocument = validRequests.find(({ what }) => what === 'of a client whose metadata are a document')
    await send(watched, ofDocument as ValidRequest)
    const client = await fixture.client('desktop')
    await answerDevice(fixture.world, await startDevice(fixture.world, client, { scope: 'openid' }), false)
    expect(strays(seen)).toEqual([])
    expect(typesIn(seen)).toEqual(expect.arrayContaining(['client_document.failed', 'device.denied']))
  })
})

describe('the calls of the storage that the end of a request counts', () => {
  test.each([
    ['with a cache of clients', {}],
    ['without one', { clientCacheSeconds: 0 }],
  ])('are those that the storage has counted itself, and each is told to observers once, %s', async (_how, options) => {
    const wrong: string[] = []
    for (const valid of validRequests) {
      const watched = await watchedFixture(options)
      await send(watched, valid)
      wrong.push(...miscounted(watched.seen).map((problem) => `${valid.endpoint} ${valid.what}: ${problem}`))
    }
    expect([...new Set(wrong)]).toEqual([])
  })

  test('have the write that uses up a DPoP proof among them', async () => {
    const { fixture, seen } = await watchedFixture({ clientCacheSeconds: 0, features: [dpop()] })
    const { world } = fixture
    const form = { grant_type: 'client_credentials', scope: 'notes:read' }
    const { status } = await postWithProof(world, await fixture.client('machine'), form, await makeProof(world))
    expect([status, miscounted(seen)]).toEqual([200, []])
    expect(seen.at(-1)?.calls).toEqual(['clients.find', 'records.insert', 'accessTokens.insert'])
  })
})
