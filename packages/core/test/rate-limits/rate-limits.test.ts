import type { LimitedRequest, RateLimiter, RateLimitOptions, RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  authorizeUrl,
  createPkce,
  post,
  postAs,
  registerConfidential,
  registerPublic,
} from '../support/client.ts'
import { expectErrorPage, expectJsonError, send } from '../support/expectations.ts'
import { createWorld, issuer, type World } from '../support/world.ts'

/** Reads the address from the header that the host's proxy sets. It ignores headers that a caller can set. */
const clientAddress = (request: Request): string | undefined => request.headers.get('x-real-ip') ?? undefined

const one = { max: 1, windowSeconds: 60 }

function createLimitedWorld(rateLimit: Partial<RateLimitOptions> = {}): World {
  return createWorld({ rateLimit: { clientAddress, ...rateLimit } })
}

function machineToken(world: World, client: RegisteredClient, address?: string): Promise<Answer> {
  const basic = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
  const headers = { authorization: basic, ...(address !== undefined && { 'x-real-ip': address }) }
  return post(world, '/oauth2/token', { grant_type: 'client_credentials' }, headers)
}

function expectLimited(answer: Answer, seconds: number): void {
  expectJsonError(answer, 429, 'rate_limited')
  expect(answer.body.error_description).toBe('too many requests')
  expect(answer.headers.get('retry-after')).toBe(String(seconds))
  expect(answer.headers.get('www-authenticate')).toBeNull()
}

describe('rate limits', () => {
  test('with authorize limited to once a minute the second request gets a 429 page with Retry-After, whatever X-Forwarded-For says (seed B036)', async () => {
    const world = createLimitedWorld({ authorize: one })
    const client = await registerConfidential(world)
    const ask = (address: string, forwarded: string): Promise<Response> =>
      world.browser().request(authorizeUrl(world, client, createPkce()), {
        headers: { 'x-real-ip': address, 'x-forwarded-for': forwarded },
      })
    expect((await ask('192.0.2.1', '198.51.100.1')).status).toBe(302)
    world.clock.advance(15)
    const refused = await ask('192.0.2.1', '198.51.100.2')
    expect(refused.headers.get('retry-after')).toBe('45')
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(await expectErrorPage(refused, 429, 'rate_limited')).toContain('Too many requests')
    expect((await ask('192.0.2.2', '198.51.100.1')).status).toBe(302)
    world.clock.advance(45)
    expect((await ask('192.0.2.1', '198.51.100.1')).status).toBe(302)
  })

  test.each([
    ['token', 600],
    ['introspect', 12_000],
    ['revoke', 600],
    ['userinfo', 600],
    ['authorize', 600],
  ] as const)(
    '%s takes by default %i requests a minute from one address',
    async (name, max) => {
      const world = createLimitedWorld()
      const request = (): Promise<Answer> => {
        const url = `${issuer}/oauth2/${name}`
        const headers = { 'x-real-ip': '192.0.2.1', accept: 'application/json' }
        return name === 'authorize' || name === 'userinfo'
          ? send(world, url, { headers })
          : post(world, `/oauth2/${name}`, {}, headers)
      }
      for (let count = 0; count < max; count++) expect((await request()).status).not.toBe(429)
      expectLimited(await request(), 60)
      expect(world.events.at(-1)).toMatchObject({ type: 'request.refused', endpoint: name, error: 'rate_limited' })
      // Twelve thousand requests through a framework over HTTP need a long timeout.
    },
    300_000,
  )

  test('register takes by default thirty requests a minute from one address', async () => {
    const rateLimit = { clientAddress }
    const world = createWorld({
      rateLimit,
      allowDynamicClientRegistration: true,
      allowUnauthenticatedClientRegistration: true,
    })
    const register = (): Promise<Answer> =>
      send(world, `${issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-real-ip': '192.0.2.1' },
        body: JSON.stringify({ redirect_uris: ['https://app.example.com/cb'], token_endpoint_auth_method: 'none' }),
      })
    for (let count = 0; count < 30; count++) expect((await register()).status).toBe(201)
    expectLimited(await register(), 60)
  })

  test.each([
    ['token', 600],
    ['revoke', 600],
    ['introspect', 6000],
  ] as const)('%s takes by default %i requests a minute of one client, wherever they come from', async (name, max) => {
    const asked: LimitedRequest[] = []
    const limiter: RateLimiter = {
      consume(request) {
        asked.push(request)
        return { allowed: true, retryAfterSeconds: 0 }
      },
      check: () => ({ allowed: true, retryAfterSeconds: 0 }),
    }
    const world = createLimitedWorld({ limiter })
    const client = await registerConfidential(world)
    await postAs(world, client, `/oauth2/${name}`, { grant_type: 'client_credentials', token: 'x' })
    const rule = { max, windowSeconds: 60 }
    expect(asked.at(-1)).toEqual({ bucket: name, key: `client ${client.client_id}`, rule, now: world.clock.now() })
  })

  test('each client that authenticates has its own allowance, however it does so, and it moves to no other address', async () => {
    const world = createLimitedWorld({ token: { client: one } })
    const [first, second] = [await registerConfidential(world), await registerConfidential(world)]
    const poster = await registerConfidential(world, { token_endpoint_auth_method: 'client_secret_post' })
    const address = { 'x-real-ip': '192.0.2.1' }
    const posted = (): Promise<Answer> => {
      const { client_id, client_secret = '' } = poster
      return post(world, '/oauth2/token', { grant_type: 'client_credentials', client_id, client_secret }, address)
    }
    const statuses = []
    for (let round = 0; round < 2; round++) {
      statuses.push((await machineToken(world, first, '192.0.2.1')).status)
      statuses.push((await machineToken(world, second, '192.0.2.1')).status)
      statuses.push((await posted()).status)
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429, 429])
    expect((await machineToken(world, first, '192.0.2.2')).status).toBe(429)
  })

  test('clients, real or made up, bring no allowance of their own before they have authenticated', async () => {
    const world = createLimitedWorld({ token: one, authentication: false })
    const open = await registerPublic(world)
    const address = { 'x-real-ip': '192.0.2.1' }
    const statuses = []
    for (const client_id of ['a', 'b', open.client_id]) {
      statuses.push((await post(world, '/oauth2/token', { client_id, client_secret: 'x' }, address)).status)
    }
    expect(statuses).toEqual([401, 429, 429])
  })

  test('requests without an address share one allowance', async () => {
    const world = createLimitedWorld({ userinfo: { address: { max: 3, windowSeconds: 60 } } })
    for (let count = 0; count < 3; count++) expect((await send(world, `${issuer}/oauth2/userinfo`)).status).toBe(401)
    expect((await send(world, `${issuer}/oauth2/userinfo`)).status).toBe(429)
    const headers = { 'x-real-ip': '192.0.2.1' }
    expect((await send(world, `${issuer}/oauth2/userinfo`, { headers })).status).toBe(401)
  })

  test('clientAddress: false counts clients that authenticated, and nothing else', async () => {
    const world = createLimitedWorld({ clientAddress: false, token: one, userinfo: one, authentication: one })
    const client = await registerConfidential(world)
    for (let count = 0; count < 3; count++) {
      expect((await machineToken(world, { ...client, client_secret: 'wrong' })).status).toBe(401)
      expect((await send(world, `${issuer}/oauth2/userinfo`)).status).toBe(401)
    }
    expect((await machineToken(world, client)).status).toBe(200)
    expectLimited(await machineToken(world, client), 60)
  })

  test('a function answers for one client or one address, and what it does not say has the default', async () => {
    const known: string[] = []
    const world = createLimitedWorld({
      token: {
        address(name) {
          known.push(name)
          return name === '192.0.2.9' ? one : undefined
        },
        client: (name) => (name === busy.client_id ? false : name === slow.client_id ? one : undefined),
      },
    })
    const [busy, slow, other] = [
      await registerConfidential(world),
      await registerConfidential(world),
      await registerConfidential(world),
    ]
    const statuses = async (client: RegisteredClient, address: string): Promise<readonly number[]> => [
      (await machineToken(world, client, address)).status,
      (await machineToken(world, client, address)).status,
    ]
    expect(await statuses(busy, '192.0.2.1')).toEqual([200, 200])
    expect(await statuses(slow, '192.0.2.1')).toEqual([200, 429])
    expect(await statuses(other, '192.0.2.1')).toEqual([200, 200])
    expect(await statuses(other, '192.0.2.9')).toEqual([200, 429])
    expect(await statuses(other, '[2001:db8:1:2::7%eth0]:443')).toEqual([200, 200])
    expect(new Set(known)).toEqual(new Set(['192.0.2.1', '192.0.2.9', '2001:db8:1:2::/64']))
  })

  test('a function that answers with something else is told of by an event, and its limit does not apply', async () => {
    const world = createLimitedWorld({ token: { client: () => ({ max: 0, windowSeconds: 60 }) } })
    const client = await registerConfidential(world)
    expect((await machineToken(world, client, '192.0.2.1')).status).toBe(200)
    const event = world.events.find(({ type }) => type === 'rate_limiter.failed')
    expect(event).toMatchObject({
      bucket: 'token',
      cause: { message: expect.stringContaining('rateLimit.token.client') },
    })
  })

  test('`false` lifts one, and without the option there are none', async () => {
    for (const world of [createLimitedWorld({ token: false, authentication: false }), createWorld()]) {
      for (let count = 0; count < 25; count++) {
        const answer = await post(world, '/oauth2/token', {}, { 'x-real-ip': '192.0.2.1' })
        expect(answer.status).toBe(401)
      }
    }
  })

  test('preflights and other methods cost nothing', async () => {
    const world = createLimitedWorld({ token: one })
    const headers = { 'x-real-ip': '192.0.2.1', origin: 'https://app.example.com' }
    expect((await send(world, `${issuer}/oauth2/token`, { method: 'OPTIONS', headers })).status).toBe(204)
    expect((await send(world, `${issuer}/oauth2/token`, { headers })).status).toBe(405)
    expect((await post(world, '/oauth2/token', {}, headers)).status).toBe(401)
  })

  test.each([
    ['in one piece', () => 'x'.repeat(70_000)],
    ['that never ends', () => new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(10_000).fill(120)) })],
  ])('a body over the cap, %s, is refused under rate limits as well (G05)', async (_name, body) => {
    const world = createLimitedWorld()
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-real-ip': '192.0.2.1' }
    const init = { method: 'POST', headers, body: body(), duplex: 'half' } as RequestInit
    expect((await send(world, `${issuer}/oauth2/token`, init)).status).toBe(413)
  })
})

describe('a limiter of the host’s', () => {
  test('the host’s limiter is asked with bucket, key, rule and time', async () => {
    const asked: unknown[] = []
    const limiter: RateLimiter = {
      consume(request) {
        asked.push(request)
        return { allowed: false, retryAfterSeconds: 12.3 }
      },
      check: () => ({ allowed: true, retryAfterSeconds: 0 }),
    }
    const world = createLimitedWorld({ limiter })
    const client = await registerConfidential(world)
    expectLimited(await machineToken(world, client, '192.0.2.1'), 13)
    const now = world.clock.now()
    const rule = { max: 600, windowSeconds: 60 }
    expect(asked).toEqual([{ bucket: 'token', key: 'address 192.0.2.1', rule, now }])
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -5, 0, 0.2])(
    'Retry-After is whole seconds whatever the limiter answers: %d',
    async (retryAfterSeconds) => {
      const verdict = (): { allowed: boolean; retryAfterSeconds: number } => ({ allowed: false, retryAfterSeconds })
      const world = createLimitedWorld({ limiter: { consume: verdict, check: verdict } })
      expectLimited(await post(world, '/oauth2/token', {}, { 'x-real-ip': '192.0.2.1' }), 1)
    },
  )

  test('a limiter that throws or rejects stops no request, and causes an event', async () => {
    const failure = new Error('redis is away')
    const limiters: readonly RateLimiter[] = [
      {
        consume() {
          throw failure
        },
        check() {
          throw failure
        },
      },
      { consume: () => Promise.reject(failure), check: () => Promise.reject(failure) },
    ]
    for (const limiter of limiters) {
      const world = createLimitedWorld({ limiter })
      const client = await registerConfidential(world)
      expect((await machineToken(world, client, '192.0.2.1')).status).toBe(200)
      const events = world.events.filter((event) => event.type === 'rate_limiter.failed')
      expect(new Set(events.map(({ bucket }) => bucket))).toEqual(new Set(['token', 'authentication']))
      for (const { cause } of events) expect(cause).toBe(failure)
    }
  })

  test('an address that cannot be read stops no request, and causes an event', async () => {
    const world = createLimitedWorld({
      clientAddress() {
        throw new Error('no socket')
      },
    })
    expect((await post(world, '/oauth2/token', {})).status).toBe(401)
    expect(world.events.some(({ type }) => type === 'rate_limiter.failed')).toBe(true)
  })
})

describe('the option is checked at start-up', () => {
  test.each([
    ['no clientAddress', {}, /rateLimit\.clientAddress/],
    ['an unknown bucket', { clientAddress, tokens: one }, /rateLimit\.tokens/],
    ['no rule', { clientAddress, token: true }, /rateLimit\.token.*max, windowSeconds/],
    ['max 0', { clientAddress, token: { max: 0, windowSeconds: 60 } }, /rateLimit\.token/],
    ['half a second', { clientAddress, token: { max: 1, windowSeconds: 0.5 } }, /rateLimit\.token/],
    [
      'a limit for clients where none authenticates',
      { clientAddress, userinfo: { client: one } },
      /rateLimit\.userinfo/,
    ],
    ['a rule in words', { clientAddress, token: { client: 'none' } }, /rateLimit\.token\.client/],
    ['an address in words', { clientAddress: 'x-real-ip' }, /rateLimit\.clientAddress: must be a function, or false/],
    ['a rule with more', { clientAddress, token: { ...one, burst: 3 } }, /rateLimit\.token/],
    ['half a limiter', { clientAddress, limiter: { consume: () => undefined } }, /rateLimit\.limiter/],
    ['null', null, /rateLimit/],
  ])('the option rateLimit with %s is refused by name', (_name, rateLimit, message) => {
    expect(() => createWorld({ rateLimit: rateLimit as never })).toThrow(message)
  })
})

test('requests of one client do not spend the allowance of another (D09)', async () => {
  const world = createLimitedWorld({ revoke: { client: one } })
  const [first, second] = [await registerConfidential(world), await registerConfidential(world)]
  expect((await postAs(world, first, '/oauth2/revoke', { token: 'x' })).status).toBe(200)
  expect((await postAs(world, second, '/oauth2/revoke', { token: 'x' })).status).toBe(200)
  expectLimited(await postAs(world, first, '/oauth2/revoke', { token: 'x' }), 60)
})
