import { createProvider, type LimitedRequest } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { describe, expect, test } from 'vitest'
import { type RedisRateLimiterOptions, redisRateLimiter, type SendCommand } from '../src/index.ts'

const request = (changes: Partial<LimitedRequest> = {}): LimitedRequest => ({
  bucket: 'token',
  key: 'address 203.0.113.7',
  rule: { max: 2, windowSeconds: 60 },
  now: 1_800_000_000,
  ...changes,
})
const gone: SendCommand = () => Promise.reject(new Error('connection refused'))
const limiter = (options: Partial<RedisRateLimiterOptions>) => {
  const errors: unknown[] = []
  return { errors, ...redisRateLimiter({ client: gone, onError: (error) => void errors.push(error), ...options }) }
}

describe('the rate limiter while Redis cannot be reached', () => {
  test('local: this process counts by itself, and refuses what is beyond the rule', async () => {
    const { consume, check } = limiter({})
    for (let count = 0; count < 2; count++) expect((await consume(request())).allowed).toBe(true)
    expect((await check(request())).allowed).toBe(false)
    expect(await consume(request())).toEqual({ allowed: false, retryAfterSeconds: 60 })
    expect((await consume(request({ key: 'address 203.0.113.8' }))).allowed).toBe(true)
  })

  test('open: requests go on without a limit', async () => {
    const { consume } = limiter({ whenUnavailable: 'open' })
    for (let count = 0; count < 5; count++) expect((await consume(request())).allowed).toBe(true)
  })

  test('closed: requests are refused, and may come again after a second', async () => {
    const { consume, check } = limiter({ whenUnavailable: 'closed' })
    expect(await consume(request())).toEqual({ allowed: false, retryAfterSeconds: 1 })
    expect(await check(request())).toEqual({ allowed: false, retryAfterSeconds: 1 })
  })

  test('Redis is left alone for a second after a failure, so that the failure is told once and holds up one request', async () => {
    let calls = 0
    const { consume, errors } = limiter({
      client: (...command) => {
        calls++
        return gone(...command)
      },
    })
    for (let count = 0; count < 10; count++) await consume(request())
    expect([calls, errors.length]).toEqual([1, 1])
    expect(String(errors[0])).toContain('connection refused')
    await new Promise((resolve) => setTimeout(resolve, 1050))
    await consume(request())
    expect([calls, errors.length]).toEqual([2, 2])
  })

  test('a Redis that never answers holds a request up for timeoutSeconds and no longer', async () => {
    const { consume, errors } = limiter({ client: () => new Promise(() => {}), timeoutSeconds: 0.05 })
    expect((await consume(request())).allowed).toBe(true)
    expect(String(errors[0])).toContain('took longer than 0.05 seconds')
  })

  test('an answer that is no number, and an onError that throws, fail no request', async () => {
    const onError = () => {
      throw new Error('no log')
    }
    expect((await limiter({ client: async () => 'nonsense', onError }).consume(request())).allowed).toBe(true)
  })
})

describe('what Redis gets to see', () => {
  test('a key has the same length whatever comes from outside, and contains nothing of it', async () => {
    const seen: (readonly string[])[] = []
    const { consume } = limiter({ client: async (command) => Number(seen.push(command) === 0) })
    const hostile = `address ${'{x}\r\nFLUSHALL\r\n'.repeat(50)}`
    await consume(request())
    await consume(request({ key: hostile }))
    const keys = seen.map((command) => command[3] ?? '')
    for (const key of keys) expect(key).toMatch(/^oauth:limit:[\w-]{43}$/)
    expect(new Set(keys).size).toBe(2)
    expect(seen.every((command) => command[2] === '1')).toBe(true)
  })

  test('buckets, and windows of another length, have keys of their own', async () => {
    const keys = new Set<string | undefined>()
    const { consume } = limiter({ client: async (command) => Number(keys.add(command[3]).size === 0) })
    await consume(request())
    await consume(request({ bucket: 'revoke' }))
    await consume(request({ rule: { max: 2, windowSeconds: 61 } }))
    await consume(request({ rule: { max: 9, windowSeconds: 60 } }))
    expect(keys.size).toBe(3)
  })
})

test.each([
  [{ onError: undefined }, 'onError must be a function'],
  [{ whenUnavailable: 'maybe' }, "whenUnavailable must be 'local', 'open' or 'closed'"],
  [{ timeoutSeconds: 0 }, 'timeoutSeconds must be more than 0'],
  [{ timeoutSeconds: Number.NaN }, 'timeoutSeconds must be more than 0'],
])('a wrong option says what to change: %o', (options, message) => {
  expect(() => limiter(options as never)).toThrow(message)
})

test('a token request with a secret asks Redis four times, in three round trips', async () => {
  let commands = 0
  let waiting = 0
  let trips = 0
  const client: SendCommand = async () => {
    commands++
    if (waiting++ === 0) trips++
    await new Promise((resolve) => setTimeout(resolve, 20))
    waiting--
    return 0
  }
  const provider = createProvider({
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-of-the-tests-0123456789-abcdef',
    storage: memoryStorage(),
    authentication: { getSession: () => undefined, getUser: () => undefined },
    grantTypes: ['client_credentials'],
    rateLimit: { clientAddress: () => '203.0.113.7', limiter: limiter({ client }) },
  })
  const { client_id, client_secret = '' } = await provider.registerClient({
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
  })
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  const response = await provider.fetch(new Request(`${provider.issuer}/oauth2/token`, { method: 'POST', body }))
  expect([response.status, commands, trips]).toEqual([200, 4, 3])
})
