import { createProvider, type Feature, type Observer, type RequestEnd, type Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test, vi } from 'vitest'
import type { Announcements } from '../../src/host/events.ts'
import type { Outbound } from '../../src/http/outbound.ts'
import { observeOutbound } from '../../src/server/observed-outbound.ts'
import { authorizeUrl, createPkce, getTokens, post, postAs, registerConfidential, userinfo } from '../support/client.ts'
import { wrapStorage } from '../support/storage.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld, type WorldOptions } from '../support/world.ts'

function listeningWorld(options: WorldOptions = {}) {
  const ends: RequestEnd[] = []
  const events: { readonly type: string; readonly requestId?: string }[] = []
  const world = createQuickWorld({
    onRequestEnd: (end) => ends.push(end),
    onEvent: (event) => events.push(event),
    ...options,
  })
  return { world, ends, events, lastOf: (endpoint: string) => ends.findLast((end) => end.endpoint === endpoint) }
}

const observing = (observer: Observer): Feature => ({ name: 'observing', observer, start: () => ({}) })

describe('the end of a request', () => {
  test('a token request tells its client, grant type, outcome and the time of the storage', async () => {
    const { world, ends, lastOf } = listeningWorld({ clientCacheSeconds: 0 })
    const client = await registerConfidential(world)
    await getTokens(world, client)
    expect(lastOf('token')).toEqual({
      requestId: expect.stringMatching(/^[\da-f]{16}-\w+$/),
      endpoint: 'token',
      method: 'POST',
      status: 200,
      outcome: 'success',
      clientId: client.client_id,
      grantType: 'authorization_code',
      durationMilliseconds: expect.any(Number),
      storageMilliseconds: expect.any(Number),
      storageCalls: expect.any(Number),
    })
    expect(lastOf('token')?.storageCalls).toBeGreaterThan(1)
    expect(lastOf('authorize')).toMatchObject({ outcome: 'success', clientId: client.client_id })
    expect(new Set(ends.map(({ requestId }) => requestId)).size).toBe(ends.length)
  })

  test('a refusal tells its error code; a redirect with an error is a refusal, too', async () => {
    const { world, lastOf } = listeningWorld()
    const client = await registerConfidential(world)
    await postAs(world, client, '/oauth2/token', { grant_type: 'authorization_code', code: 'x' })
    const { client_id: clientId } = client
    expect(lastOf('token')).toMatchObject({
      ...{ status: 400, outcome: 'refused', error: 'invalid_grant', clientId, grantType: 'authorization_code' },
    })
    await world.browser().request(authorizeUrl(world, client, createPkce(), { prompt: 'none' }))
    expect(lastOf('authorize')).toMatchObject({ status: 302, outcome: 'refused', error: 'login_required', clientId })
  })

  test('texts that nobody has checked are not in it: another client id, grant type or method', async () => {
    const { world, ends } = listeningWorld()
    const client = await registerConfidential(world)
    await post(world, '/oauth2/token', { grant_type: 'x-invented', client_id: 'x-invented', client_secret: 'x' })
    await postAs(world, client, '/oauth2/token', { grant_type: 'x-invented' })
    expect(ends.map(({ error }) => error)).toEqual(['invalid_client', 'unsupported_grant_type'])
    expect(JSON.stringify(ends)).not.toMatch(/x-invented/i)
  })

  test('a method that somebody has invented is OTHER', async () => {
    const ends: RequestEnd[] = []
    // Without an adapter: servers and frameworks refuse most methods themselves.
    const provider = createProvider({
      baseUrl: 'https://id.example.com',
      secret: 'a-secret-of-this-test-with-more-than-32-characters',
      storage: memoryStorage(),
      authentication: { getSession: () => undefined, getUser: () => undefined },
      loginUrl: '/login',
      consentUrl: '/consent',
      logger: false,
      onRequestEnd: (end) => ends.push(end),
    })
    await provider.fetch(new Request(`${provider.issuer}/x-invented`, { method: 'X-INVENTED' }))
    expect(ends).toMatchObject([{ endpoint: 'unknown', method: 'OTHER', status: 404, error: 'not_found' }])
    expect(JSON.stringify(ends)).not.toMatch(/x-invented/i)
  })

  test('a storage that fails is a failure, with the time that it took', async () => {
    let broken = false
    const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
      if (broken && name === 'accessTokens.find') throw new Error('the disk is full')
      return run()
    })
    const { world, lastOf, events } = listeningWorld({ storage })
    const { access_token } = await getTokens(world, await registerConfidential(world))
    broken = true
    expect((await userinfo(world, access_token)).status).toBe(500)
    expect(lastOf('userinfo')).toMatchObject({ status: 500, outcome: 'failed', error: 'server_error', storageCalls: 1 })
    expect(events.at(-1)).toMatchObject({ type: 'request.failed', requestId: lastOf('userinfo')?.requestId })
  })

  test('a preflight and a document are requests with an end, and one that throws changes nothing', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { world } = listeningWorld({
      onRequestEnd: () => {
        throw new Error('full')
      },
    })
    expect((await world.provider.fetch(new Request(`${world.issuer}/jwks`))).status).toBe(200)
    expect(error.mock.calls.join()).toContain('[oauth] onRequestEnd failed: Error: full')
    error.mockRestore()
  })
})

describe('the id of a request (G52)', () => {
  test('all events of one request have its id, and a failure shows it to whoever has to ask', async () => {
    const { world, lastOf, events } = listeningWorld()
    const client = await registerConfidential(world)
    const { client_id } = client
    const refusedAnswer = await post(world, '/oauth2/token', { grant_type: 'x', client_id, client_secret: 'wrong' })
    const id = lastOf('token')?.requestId
    expect(events.slice(-2).map(({ type, requestId }) => [type, requestId])).toEqual([
      ['client.authentication_failed', id],
      ['request.refused', id],
    ])
    // A refusal says what is wrong. Only a failure has to be looked up.
    expect(refusedAnswer.body).not.toHaveProperty('request_id')
    const failing = wrapStorage(memoryStorage(), () => {
      throw new Error('the disk is full')
    })
    const other = listeningWorld({ storage: failing })
    const failed = await post(other.world, '/oauth2/token', { grant_type: 'x', client_id: 'x', client_secret: 'y' })
    expect(failed).toMatchObject({ status: 500, body: { error: 'server_error', request_id: other.ends[0]?.requestId } })
    const page = await other.world.browser().request(authorizeUrl(other.world, client, createPkce()))
    expect(await page.text()).toContain(`Request: ${other.lastOf('authorize')?.requestId}`)
  })

  test('the header of the proxy gives the id, and the response has it where the host wants that', async () => {
    const { world, ends } = listeningWorld({ requestId: { fromHeader: 'X-Request-Id', toHeader: 'X-Trace' } })
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/jwks`, { headers: { 'x-request-id': 'edge-1:a/b=' } }),
    )
    expect([ends[0]?.requestId, response.headers.get('x-trace')]).toEqual(['edge-1:a/b=', 'edge-1:a/b='])
  })

  test.each([['two words'], ['a"b'], ['<b>'], ['x'.repeat(129)], ['é'], ['']])(
    'the id %j of a header is ignored, and the server makes one (G52)',
    async (text) => {
      const { world, ends } = listeningWorld({ requestId: { fromHeader: 'x-request-id' } })
      await world.provider.fetch(new Request(`${world.issuer}/jwks`, { headers: { 'x-request-id': text } }))
      expect(ends[0]?.requestId).toMatch(/^[\da-f]{16}-1$/)
    },
  )

  test('without the option, no header gives an id and no response has one (G52)', async () => {
    const { world, ends } = listeningWorld()
    const response = await world.provider.fetch(
      new Request(`${world.issuer}/jwks`, { headers: { 'x-request-id': 'chosen' } }),
    )
    expect(ends[0]?.requestId).not.toBe('chosen')
    expect(response.headers.get('x-request-id')).toBeNull()
  })
})

describe('observers', () => {
  test('an observer sees requests, calls of the storage and events, and the work runs in what it sets up', async () => {
    const seen: string[] = []
    let depth = 0
    const world = createWorld({
      clientCacheSeconds: 0,
      features: [
        observing({
          request({ endpoint, method, requestId }) {
            seen.push(`begin ${method} ${endpoint} ${requestId.length > 0}`)
            return {
              run(work) {
                depth += 1
                const result = work()
                depth -= 1
                return result
              },
              end: ({ outcome }) => void seen.push(`end ${outcome}`),
            }
          },
          storage: ({ store, verb }) => {
            seen.push(`${store}.${verb} at ${depth}`)
            return (failure) => void seen.push(`${verb} ${failure === undefined ? 'ended' : 'failed'}`)
          },
          event: ({ type }) => void seen.push(type),
        }),
      ],
    })
    await world.provider.fetch(new Request(`${world.issuer}/jwks`))
    expect(seen[0]).toBe('begin GET jwks true')
    expect(seen).toContain('signingKeys.list at 1')
    expect(seen).toContain('list ended')
    expect(seen).toContain('signing_key.created')
    expect(seen.at(-1)).toBe('end success')
  })

  test.each<readonly [string, Observer]>([
    ['request', { request: fail }],
    ['run, before the work', { request: () => ({ run: fail, end: fail }) }],
    [
      'run, after the work',
      {
        request: () => ({
          run(work) {
            work()
            return fail()
          },
          end: fail,
        }),
      },
    ],
    ['storage', { storage: fail }],
    ['the end of a call of the storage', { storage: () => fail }],
    ['event', { event: fail }],
  ])('an observer that throws in %s changes no response, and the work is done once (G51)', async (_name, observer) => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { world, ends } = listeningWorld({ features: [observing(observer)] })
    const tokens = await getTokens(world, await registerConfidential(world))
    expect(tokens.access_token).toMatch(/^[\w.-]{40,}$/)
    expect(ends.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
    expect(error.mock.calls.join()).toContain('failed: Error: broken')
    error.mockRestore()
  })

  test('an observer whose `run` is a promise of its own that rejects changes no response and ends no process (G51)', async () => {
    const rejected: unknown[] = []
    const listen = (reason: unknown) => void rejected.push(reason)
    process.on('unhandledRejection', listen)
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const run = async (work: () => unknown): Promise<never> => {
      await work()
      return fail()
    }
    const { world, ends } = listeningWorld({
      features: [observing({ request: () => ({ run: run as never, end: () => undefined }) })],
    })
    await getTokens(world, await registerConfidential(world))
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(ends.filter(({ endpoint }) => endpoint === 'token')).toHaveLength(1)
    expect(rejected).toEqual([])
    expect(error.mock.calls.join()).toContain('the observer of requests failed: Error: broken')
    process.off('unhandledRejection', listen)
    error.mockRestore()
  })

  test('a storage whose stores are instances of classes works under an observer', async () => {
    const plain = memoryStorage()
    class Keys {
      readonly #keys = plain.signingKeys
      list = () => this.#keys.list()
      insert(key: Parameters<typeof plain.signingKeys.insert>[0]) {
        return this.#keys.insert(key)
      }
      delete(id: string) {
        return this.#keys.delete(id)
      }
    }
    const calls: string[] = []
    const storage = observing({
      storage({ store, verb }) {
        calls.push(`${store}.${verb}`)
        return undefined
      },
    })
    const world = createWorld({ storage: { ...plain, signingKeys: new Keys() }, features: [storage] })
    expect((await world.provider.fetch(new Request(`${world.issuer}/jwks`))).status).toBe(200)
    expect(calls).toContain('signingKeys.insert')
  })

  test('an observer adds headers to a request of the server and changes none of it, in whatever case it writes them', async () => {
    const sent: Headers[] = []
    const headers = { Traceparent: 'trace', Authorization: 'other', 'Content-Type': 'text/html', ACCEPT: 'text/html' }
    const observer: Observer = { outbound: () => ({ headers, end: () => undefined }) }
    const announcements = { observers: [observer], guard: <T>(_what: string, call: () => T) => call() }
    const send: Outbound = async (_url, request) => {
      sent.push(new Headers(request?.headers))
      return { status: 200, headers: new Headers(), text: '' }
    }
    const outbound = observeOutbound(send, announcements as unknown as Announcements)
    await outbound('https://app.example/', { headers: { authorization: 'own' }, mediaTypes: ['application/json'] })
    expect([...(sent[0] as Headers)]).toEqual([
      ['authorization', 'own'],
      ['traceparent', 'trace'],
    ])
  })

  test.each<readonly [string, (storage: Storage) => Storage]>([
    [
      'stores',
      (storage) => ({ ...storage, ...Object.fromEntries(storeNames.map((name) => [name, unlisted(storage[name])])) }),
    ],
    ['a storage', unlisted],
  ])(
    '%s that a proxy stands for, and that lists no names, works under an observer and is measured',
    async (_name, make) => {
      const calls: string[] = []
      const features = [observing({ storage: ({ store, verb }) => void calls.push(`${store}.${verb}`) })]
      const { world, lastOf } = listeningWorld({ storage: make(memoryStorage()), features })
      await getTokens(world, await registerConfidential(world))
      expect(calls).toContain('authorizationCodes.redeem')
      expect(lastOf('token')?.storageCalls).toBeGreaterThan(1)
    },
  )

  test('what the storage says of itself is there under an observer: how long an id may be', () => {
    let longest: number | undefined
    const feature: Feature = {
      ...observing({ storage: () => undefined }),
      start(core) {
        longest = core.storage.longestId
        return {}
      },
    }
    createWorld({ storage: { ...memoryStorage(), longestId: 191 }, features: [feature] })
    expect(longest).toBe(191)
  })

  test('whoever hears of events alone does not pay for a measured storage', async () => {
    const storage = memoryStorage()
    const find = vi.spyOn(storage.clients, 'find')
    const world = createWorld({ storage })
    await post(world, '/oauth2/token', { grant_type: 'x', client_id: 'x', client_secret: 'y' })
    expect(world.events).toHaveLength(2)
    expect(find.mock.contexts[0]).toBe(storage.clients)
  })

  test("while nobody listens, the storage is the host's own and requests have no id", async () => {
    const storage = memoryStorage()
    const find = vi.spyOn(storage.clients, 'find')
    const world = createWorld({ storage, onEvent: undefined })
    const failed = await post(world, '/oauth2/token', { grant_type: 'x', client_id: 'x', client_secret: 'y' })
    expect(failed.body).not.toHaveProperty('request_id')
    expect(find.mock.contexts[0]).toBe(storage.clients)
  })
})

const storeNames = [
  'clients',
  'consents',
  'grants',
  'authorizationCodes',
  'accessTokens',
  'refreshTokens',
  'records',
] as const

/** A proxy that answers to every name and lists none, like that of an object in another process. */
function unlisted<T extends object>(real: T): T {
  return new Proxy({} as T, { get: (_target, name) => Reflect.get(real, name) })
}

function fail(): never {
  throw new Error('broken')
}
