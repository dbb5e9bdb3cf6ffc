import { setTimeout as pause } from 'node:timers/promises'
import { createProvider, type LimitedRequest } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { findRedis } from '../../../test/machine/redis.ts'
import { type RedisCommands, type RedisSubscriber, redisClientCacheSignal, redisRateLimiter } from '../src/index.ts'
import { createRedis, type RedisServer } from './redis-server.ts'

/** Empty on a machine without Redis, where only the last test runs. */
const servers: readonly string[] = [findRedis() ?? []].flat()

let redis: RedisServer
const closing: (() => unknown)[] = []
beforeAll(async () => {
  if (servers.length > 0) redis = await createRedis()
})
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(() => redis?.remove())

type Connected = { readonly client: RedisCommands; readonly subscriber: RedisSubscriber }

const known: readonly (readonly [string, () => Promise<Connected>])[] = [
  [
    'ioredis',
    async () => {
      const connect = () => {
        const made = new Redis({ port: redis.port, retryStrategy: () => 50, maxRetriesPerRequest: 1 })
        made.on('error', () => undefined)
        closing.push(() => made.disconnect())
        return made
      }
      return { client: connect(), subscriber: connect() }
    },
  ],
  [
    'redis',
    async () => {
      const connect = async () => {
        const made = createClient({ socket: { port: redis.port, reconnectStrategy: () => 50 } })
        made.on('error', () => undefined)
        await made.connect()
        closing.push(() => made.destroy())
        return made
      }
      return { client: await connect(), subscriber: await connect() }
    },
  ],
]

const libraries = servers.flatMap(() => known)

let keys = 0
const request = (max: number, windowSeconds = 60, key = `address ${keys++}`): LimitedRequest => ({
  bucket: 'token',
  key,
  rule: { max, windowSeconds },
  now: 0,
})

/** Waits until a condition holds. */
async function until(condition: () => unknown): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return
    await pause(25)
  }
  throw new Error('this has not happened within five seconds')
}

describe.each(libraries)('a rate limit in Redis, with %s', (_name, connect) => {
  const limiter = async (errors: unknown[] = []) =>
    redisRateLimiter({
      client: (await connect()).client,
      onError: (error) => errors.push(error),
      whenUnavailable: 'open',
    })

  test('of two hundred requests at once at four limiters with a connection each, exactly as many as the rule allows are within it', async () => {
    const processes = await Promise.all([limiter(), limiter(), limiter(), limiter()])
    const one = request(50)
    const verdicts = await Promise.all(Array.from({ length: 200 }, (_, index) => processes[index % 4]?.consume(one)))
    expect(verdicts.filter((verdict) => verdict?.allowed)).toHaveLength(50)
    for (const verdict of verdicts) {
      if (verdict?.allowed === false) expect(verdict.retryAfterSeconds).toBeGreaterThan(55)
    }
  })

  test('a look does not count, and sees what another process has counted', async () => {
    const [first, second] = [await limiter(), await limiter()]
    const one = request(1)
    for (let count = 0; count < 3; count++) expect((await second.check(one)).allowed).toBe(true)
    await first.consume(one)
    expect((await second.check(one)).allowed).toBe(false)
    expect((await second.check(request(0))).allowed).toBe(false)
  })

  test('a window ends by the clock of Redis, and leaves no key', async () => {
    const counts = await limiter()
    const one = request(1, 1)
    expect((await counts.consume(one)).allowed).toBe(true)
    expect((await counts.consume(one)).allowed).toBe(false)
    await until(async () => (await counts.check(one)).allowed)
    expect((await counts.consume(one)).allowed).toBe(true)
  })

  test('every key has an expiry, and a key that has lost it gets it back', async () => {
    const counts = await limiter()
    const one = request(1)
    await counts.consume(one)
    const look = new Redis({ port: redis.port })
    closing.push(() => look.disconnect())
    for (const key of await look.keys('*')) {
      expect(await look.pttl(key)).toBeGreaterThan(0)
      await look.persist(key)
    }
    expect((await counts.consume(one)).retryAfterSeconds).toBe(60)
    expect((await counts.consume(one)).retryAfterSeconds).toBeGreaterThan(55)
  })

  test('a Redis that was killed is an error once a second and no failed request, and counts again after its restart', async () => {
    const errors: unknown[] = []
    const counts = await limiter(errors)
    const one = request(1)
    await counts.consume(one)
    await redis.kill()
    for (let count = 0; count < 20; count++) expect((await counts.consume(one)).allowed).toBe(true)
    expect(errors.length).toBeGreaterThan(0)
    await redis.start()
    // It has forgotten the script and the counters.
    await until(async () => !(await counts.consume(one)).allowed)
  })

  test('a Redis that hangs holds up no more than one request a second, and counts again when it goes on', async () => {
    const errors: unknown[] = []
    const counts = await limiter(errors)
    const one = request(1)
    await counts.consume(one)
    redis.hang()
    try {
      for (let count = 0; count < 20; count++) expect((await counts.consume(one)).allowed).toBe(true)
      expect(errors.map(String)).toContain('Error: Redis took longer than 0.25 seconds')
    } finally {
      redis.goOn()
    }
    await until(async () => !(await counts.consume(one)).allowed)
  })
})

describe.each(libraries)('the client caches of two processes, with %s', (_name, connect) => {
  /** A server with a cache of an hour, whose processes share a storage. */
  async function twoProcesses() {
    const storage = memoryStorage()
    const errors: unknown[] = []
    const start = async () =>
      createProvider({
        baseUrl: 'https://id.example.com',
        secret: 'a-secret-of-the-tests-0123456789-abcdef',
        storage,
        authentication: { getSession: () => undefined, getUser: () => undefined },
        grantTypes: ['client_credentials'],
        clientCacheSeconds: 3600,
        onEvent: () => undefined,
        clientCacheSignal: redisClientCacheSignal({ ...(await connect()), onError: (error) => errors.push(error) }),
      })
    const [first, second] = [await start(), await start()]
    const registered = await first.registerClient({
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    })
    const ask = async (provider: typeof first): Promise<number> => {
      const { client_id, client_secret = '' } = registered
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
      return (await provider.fetch(new Request(`${first.issuer}/oauth2/token`, { method: 'POST', body }))).status
    }
    // Once marked as used, the client is no longer written by a request.
    for (const provider of [first, second, first, second]) expect(await ask(provider)).toBe(200)
    return { first, second, ask, clientId: registered.client_id, errors }
  }

  test('a client that one process has disabled is refused by the other one, an hour before its cache would notice', async () => {
    const { first, second, ask, clientId } = await twoProcesses()
    await first.updateClient(clientId, { disabled: true })
    expect(await ask(first)).toBe(401)
    await until(async () => (await ask(second)) === 401)
  })

  test('a secret that one process has rotated is refused by the other one', async () => {
    const { first, second, ask, clientId } = await twoProcesses()
    await first.rotateClientSecret(clientId)
    expect(await ask(first)).toBe(401)
    await until(async () => (await ask(second)) === 401)
  })

  test('a change that was published while the connection was down counts once it is up again', async () => {
    const { first, second, ask, clientId } = await twoProcesses()
    await redis.kill()
    await first.updateClient(clientId, { disabled: true })
    expect(await ask(first)).toBe(401)
    // Nothing has told the second process, so it still uses what it has cached, at most for clientCacheSeconds.
    expect(await ask(second)).toBe(200)
    await redis.start()
    await until(async () => (await ask(second)) === 401)
  })

  test('messages that anybody else publishes only make processes read their clients again', async () => {
    const { second, ask } = await twoProcesses()
    const stranger = new Redis({ port: redis.port })
    closing.push(() => stranger.disconnect())
    for (const message of ['', 'x'.repeat(100_000), '{"client":1}']) await stranger.publish('oauth:clients', message)
    await stranger.publish('another:channel', 'x')
    expect(await ask(second)).toBe(200)
  })
})

describe.each(servers)('%s as a cluster', () => {
  test('the limiter counts in the node that has the key, with ioredis and with a function', async () => {
    const node = await createRedis('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1')
    closing.push(() => node.remove())
    const setUp = new Redis({ port: node.port })
    await setUp.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await until(async () => String(await setUp.call('CLUSTER', 'INFO')).includes('cluster_state:ok'))
    setUp.disconnect()
    const cluster = new Cluster([{ host: '127.0.0.1', port: node.port }])
    closing.push(() => cluster.disconnect())
    await until(() => cluster.status === 'ready')
    const errors: unknown[] = []
    const onError = (error: unknown) => errors.push(error)
    const [first, second] = [
      redisRateLimiter({ client: cluster, onError }),
      redisRateLimiter({ client: ([name = '', ...args]) => cluster.call(name, ...args), onError }),
    ]
    for (let count = 0; count < 20; count++) {
      const one = request(1)
      expect((await first.consume(one)).allowed).toBe(true)
      expect((await second.consume(one)).allowed).toBe(false)
    }
    expect(errors).toEqual([])
  })
})

test('ioredis without a Redis: a limited request goes on, and the error is told', async () => {
  const client = new Redis({ port: 1, retryStrategy: () => 50, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  closing.push(() => client.disconnect())
  const errors: unknown[] = []
  const counts = redisRateLimiter({ client, onError: (error) => errors.push(error) })
  expect((await counts.consume(request(1))).allowed).toBe(true)
  expect(errors).toHaveLength(1)
})
