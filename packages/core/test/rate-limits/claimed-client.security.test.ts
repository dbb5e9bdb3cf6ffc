import type { RateLimiter, RateLimitOptions } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { type Answer, authorizeUrl, createPkce, post, registerConfidential, registerPublic } from '../support/client.ts'
import { send } from '../support/expectations.ts'
import { alice, createWorld, issuer, type World, type WorldOptions } from '../support/world.ts'

const clientAddress = (request: Request): string | undefined => request.headers.get('x-real-ip') ?? undefined
const here = { 'x-real-ip': '198.51.100.7' }

function limitedWorld(rateLimit: Partial<RateLimitOptions> = {}, options: WorldOptions = {}): World {
  return createWorld({ rateLimit: { clientAddress, ...rateLimit }, ...options })
}

function openWorld(rateLimit: Partial<RateLimitOptions> = {}): World {
  return limitedWorld(rateLimit, { allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true })
}

function register(world: World, query = '', headers: Record<string, string> = here): Promise<Answer> {
  return send(world, `${issuer}/oauth2/register${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ redirect_uris: ['https://app.example.com/cb'], token_endpoint_auth_method: 'none' }),
  })
}

describe('what a request only says of itself (D10)', () => {
  test('a client_id in the query buys no registration: thirty of five hundred from one address are let through (D10)', async () => {
    const world = openWorld()
    let previous = ''
    let made = 0
    for (let count = 0; count < 500; count++) {
      const { status, body } = await register(world, previous && `?client_id=${previous}`)
      if (status === 201) {
        made++
        previous = body.client_id
      } else expect(status).toBe(429)
    }
    expect(made).toBe(30)
  })

  test('reading and changing registrations counts as registration does (D10)', async () => {
    const world = openWorld({ register: { max: 3, windowSeconds: 60 } })
    const { body } = await register(world)
    const read = () =>
      send(world, body.registration_client_uri, { headers: { ...here, authorization: 'Bearer wrong' } })
    expect([(await read()).status, (await read()).status, (await read()).status]).toEqual([401, 401, 429])
  })

  test('userinfo: another client_id with each request buys nothing (D10)', async () => {
    const world = limitedWorld({ userinfo: { max: 5, windowSeconds: 60 } })
    const statuses: number[] = []
    for (let count = 0; count < 8; count++) {
      const { client_id } = await registerPublic(world)
      statuses.push((await send(world, `${issuer}/oauth2/userinfo?client_id=${client_id}`, { headers: here })).status)
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
  })

  test('the body of a request is not read before its address is counted (D10)', async () => {
    const world = limitedWorld({ token: { max: 1, windowSeconds: 60 } })
    let pulled = 0
    const body = new ReadableStream(
      {
        pull(to) {
          pulled++
          to.enqueue(new Uint8Array(1000).fill(120))
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { ...here, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post(world, '/oauth2/token', {}, here)).status).toBe(401)
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit
    expect((await send(world, `${issuer}/oauth2/token`, init)).status).toBe(429)
    expect(pulled).toBe(0)
  })

  test('a stranger who names a client spends nothing of its allowance, whatever he sends (D14)', async () => {
    const world = limitedWorld({ token: { client: { max: 2, windowSeconds: 60 } } })
    const [client, open] = [await registerConfidential(world), await registerPublic(world)]
    for (let count = 0; count < 30; count++) {
      await post(world, '/oauth2/token', { client_id: client.client_id, client_secret: 'x' }, here)
      await post(world, '/oauth2/token', { client_id: open.client_id, grant_type: 'refresh_token' }, here)
    }
    const elsewhere = { 'x-real-ip': '203.0.113.5' }
    const form = { grant_type: 'client_credentials' }
    const basic = { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`, ...elsewhere }
    expect((await post(world, '/oauth2/token', form, basic)).status).toBe(200)
    const asked = { client_id: open.client_id, grant_type: 'refresh_token', refresh_token: 'x' }
    expect((await post(world, '/oauth2/token', asked, elsewhere)).status).toBe(400)
  })

  test('wrong secrets for a public client do not lock out its users behind the same address (D14)', async () => {
    const world = limitedWorld()
    const { client_id } = await registerPublic(world)
    for (let count = 0; count < 40; count++) {
      await post(world, '/oauth2/token', { client_id, client_secret: `wrong-${count}` }, here)
    }
    const asked = { client_id, grant_type: 'refresh_token', refresh_token: 'x' }
    expect((await post(world, '/oauth2/token', asked, here)).status).toBe(400)
  })
})

describe('one subscriber has many addresses (D11)', () => {
  const registered = async (addresses: readonly string[]): Promise<readonly number[]> => {
    const world = openWorld({ register: { max: 2, windowSeconds: 60 } })
    const statuses: number[] = []
    for (const address of addresses) statuses.push((await register(world, '', { 'x-real-ip': address })).status)
    return statuses
  }

  test('all addresses of one IPv6 /64 network share one allowance, and the next network has its own (D11)', async () => {
    const addresses = ['2001:db8:7:1::1', '2001:db8:7:1:ffff::9', '2001:db8:7:1:0:0:0:3', '2001:db8:7:2::1']
    expect(await registered(addresses)).toEqual([201, 201, 429, 201])
  })

  test('spellings of one address share one allowance: mapped into IPv6, with brackets, port or zone (D11)', async () => {
    expect(await registered(['192.0.2.8', '::ffff:192.0.2.8', '192.0.2.8:4711', '[::ffff:c000:208]:443'])).toEqual([
      201, 201, 429, 429,
    ])
    expect(await registered(['fe80::1%eth0', 'FE80::2%eth1', '[fe80::3%25en0]:80'])).toEqual([201, 201, 429])
  })

  test('of a list the last address counts, which the nearest proxy has added (D11)', async () => {
    expect(await registered(['6.6.6.1, 192.0.2.8', '6.6.6.2, 192.0.2.8', '6.6.6.3,192.0.2.8'])).toEqual([201, 201, 429])
  })
})

describe('many users behind one address (D12)', () => {
  const minute = async (users: number): Promise<readonly number[]> => {
    const world = limitedWorld()
    const client = await registerPublic(world)
    const refused: number[] = []
    for (let user = 0; user < users; user++) {
      const browser = world.browser()
      const pkce = createPkce()
      const request = browser.request.bind(browser)
      browser.request = async (url, init = {}) => {
        const headers = new Headers(init.headers)
        headers.set('x-real-ip', here['x-real-ip'])
        const response = await request(url, { ...init, headers })
        if (response.status === 429) refused.push(user)
        return response
      }
      const visit = await browser.visit(authorizeUrl(world, client, pkce, { prompt: 'consent' }), {
        user: { ...alice, id: `user-${user}` },
        accept: true,
      })
      const code = new URL(visit.url).searchParams.get('code')
      if (code === null) continue
      world.users.set(`user-${user}`, { ...alice, id: `user-${user}` })
      const form = { grant_type: 'authorization_code', code, code_verifier: pkce.verifier, client_id: client.client_id }
      const answer = await post(world, '/oauth2/token', { ...form, redirect_uri: client.redirect_uris[0] }, here)
      if (answer.status !== 200) refused.push(user)
      else {
        const authorization = `Bearer ${answer.body.access_token}`
        const seen = await send(world, `${issuer}/oauth2/userinfo`, { headers: { ...here, authorization } })
        if (seen.status !== 200) refused.push(user)
      }
    }
    return refused
  }

  test('sixty users sign in within a minute through one public client from one address (D12)', async () => {
    expect(await minute(60)).toEqual([])
  })

  test('a single address is stopped at ten times that (D12)', { timeout: 60_000 }, async () => {
    const refused = await minute(602)
    expect(refused.length).toBeGreaterThan(0)
    expect(Math.min(...refused)).toBeGreaterThanOrEqual(600)
  })
})

describe('guesses at the same moment (D13)', () => {
  const slow: RateLimiter = (() => {
    const counts = new Map<string, number>()
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1))
    return {
      async consume({ key, rule }) {
        const count = counts.get(key) ?? 0
        counts.set(key, count + 1)
        await pause()
        return { allowed: count < rule.max, retryAfterSeconds: 60 }
      },
      async check({ key, rule }) {
        await pause()
        return { allowed: (counts.get(key) ?? 0) < rule.max, retryAfterSeconds: 60 }
      },
    }
  })()

  test.each([
    ['in memory', undefined],
    ['with a limiter that takes its time', slow],
  ])('of forty wrong secrets at once twenty are told so, %s (D13)', async (_name, limiter) => {
    const world = limitedWorld({ limiter }, { clientCacheSeconds: 0 })
    const client = await registerConfidential(world)
    const guesses = Array.from({ length: 40 }, (_, index) => {
      const authorization = `Basic ${btoa(`${client.client_id}:wrong-${index}`)}`
      return post(world, '/oauth2/token', { grant_type: 'client_credentials' }, { ...here, authorization })
    })
    const statuses = (await Promise.all(guesses)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 401)).toHaveLength(20)
    expect(statuses.filter((status) => status === 429)).toHaveLength(20)
  })

  test('the right secret behind thirty wrong ones sent with it is refused as well (D13)', async () => {
    const world = limitedWorld()
    const client = await registerConfidential(world)
    const secrets = [...Array.from({ length: 30 }, (_, index) => `wrong-${index}`), client.client_secret]
    const answers = await Promise.all(
      secrets.map((secret) => {
        const authorization = `Basic ${btoa(`${client.client_id}:${secret}`)}`
        return post(world, '/oauth2/token', { grant_type: 'client_credentials' }, { ...here, authorization })
      }),
    )
    expect(answers.at(-1)?.status).toBe(429)
  })

  test('fifty right credentials at once are all let through (D13)', async () => {
    const world = limitedWorld()
    const client = await registerConfidential(world)
    const authorization = `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}`
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        post(world, '/oauth2/token', { grant_type: 'client_credentials' }, { ...here, authorization }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })

  test('one address has two hundred refusals of all clients, made-up ones too; then right ones are refused there (D13)', async () => {
    const world = limitedWorld()
    const client = await registerConfidential(world)
    const attempt = async (id: string, secret: string | undefined, headers = here): Promise<number> =>
      (
        await post(
          world,
          '/oauth2/token',
          { grant_type: 'client_credentials' },
          {
            ...headers,
            authorization: `Basic ${btoa(`${id}:${secret}`)}`,
          },
        )
      ).status
    const statuses = []
    for (let count = 0; count < 250; count++) statuses.push(await attempt(`made-up-${count}`, 'x'))
    expect(statuses.filter((status) => status === 401)).toHaveLength(200)
    expect(await attempt(client.client_id, client.client_secret)).toBe(429)
    expect(await attempt(client.client_id, client.client_secret, { 'x-real-ip': '203.0.113.5' })).toBe(200)
  })

  test('a client that fails for ever locks out no other client of its address (D13)', async () => {
    const world = limitedWorld()
    const [broken, good] = [await registerConfidential(world), await registerConfidential(world)]
    const attempt = async (id: string, secret: string | undefined): Promise<number> =>
      (
        await post(
          world,
          '/oauth2/token',
          { grant_type: 'client_credentials' },
          {
            ...here,
            authorization: `Basic ${btoa(`${id}:${secret}`)}`,
          },
        )
      ).status
    for (let count = 0; count < 300; count++) await attempt(broken.client_id, 'expired')
    expect(await attempt(good.client_id, good.client_secret)).toBe(200)
  })
})
