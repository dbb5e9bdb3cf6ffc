import type { RateLimitOptions, RegisteredClient } from '@oauth/core'
import { describe, expect, test } from 'vitest'
import { type Answer, post, registerConfidential } from '../support/client.ts'
import { expectJsonError } from '../support/expectations.ts'
import { createWorld, type World, type WorldOptions } from '../support/world.ts'

function createLimitedWorld(rateLimit: Partial<RateLimitOptions> = {}, options: WorldOptions = {}): World {
  return createWorld({
    ...options,
    rateLimit: {
      clientAddress: (request) => request.headers.get('x-real-ip') ?? undefined,
      token: false,
      ...rateLimit,
    },
  })
}

const authentication = { max: 3, windowSeconds: 60 }

function attempt(
  world: World,
  client: { readonly client_id: string },
  secret: string | undefined,
  address = '192.0.2.1',
  path = '/oauth2/token',
): Promise<Answer> {
  const authorization = `Basic ${btoa(`${client.client_id}:${secret}`)}`
  const headers = { authorization, ...(address !== '' && { 'x-real-ip': address }) }
  return post(world, path, { grant_type: 'client_credentials', token: 'x' }, headers)
}

async function guess(world: World, client: RegisteredClient, times: number, address?: string): Promise<void> {
  for (let count = 0; count < times; count++) {
    expectJsonError(await attempt(world, client, `wrong-${count}`, address), 401, 'invalid_client')
  }
}

describe('guessing client secrets (D09)', () => {
  test('three wrong secrets answer 429 with Retry-After, and the right one is refused as well until the window ends (D09)', async () => {
    const world = createLimitedWorld({ authentication })
    const client = await registerConfidential(world)
    await guess(world, client, 3)
    world.clock.advance(20)
    for (const secret of ['wrong', client.client_secret]) {
      const answer = await attempt(world, client, secret)
      expectJsonError(answer, 429, 'rate_limited')
      expect(answer.headers.get('retry-after')).toBe('40')
    }
    world.clock.advance(40)
    expect((await attempt(world, client, client.client_secret)).status).toBe(200)
  })

  test('by default twenty wrong secrets are allowed (D09)', async () => {
    const world = createLimitedWorld()
    const client = await registerConfidential(world)
    await guess(world, client, 20)
    expect((await attempt(world, client, client.client_secret)).status).toBe(429)
  })

  test('every endpoint that takes client credentials shares one allowance (D09)', async () => {
    const world = createLimitedWorld({ authentication })
    const client = await registerConfidential(world)
    for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
      expect((await attempt(world, client, 'wrong', undefined, path)).status).toBe(401)
    }
    for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke']) {
      expect((await attempt(world, client, client.client_secret, undefined, path)).status).toBe(429)
    }
  })

  test('right credentials are never counted (D09)', async () => {
    const world = createLimitedWorld({ authentication })
    const client = await registerConfidential(world)
    for (let count = 0; count < 10; count++) {
      expect((await attempt(world, client, client.client_secret)).status).toBe(200)
    }
  })

  test('another client at the address, and the client at another address, are not limited (D09)', async () => {
    const world = createLimitedWorld({ authentication })
    const [client, other] = [await registerConfidential(world), await registerConfidential(world)]
    await guess(world, client, 3)
    expect((await attempt(world, other, other.client_secret)).status).toBe(200)
    expect((await attempt(world, client, client.client_secret, '192.0.2.2')).status).toBe(200)
  })

  test('guesses with an unregistered method, and those that begin as a public client, are counted (D09)', async () => {
    const world = createLimitedWorld({ authentication }, { strictClientAuthMethod: true })
    const client = await registerConfidential(world)
    const { client_id, client_secret } = client
    const address = { 'x-real-ip': '192.0.2.1' }
    for (const form of [{ client_id, client_secret }, { client_id }, { client_id, client_secret: 'wrong' }]) {
      expect((await post(world, '/oauth2/token', form, address)).status).toBe(401)
    }
    expect((await attempt(world, client, client_secret)).status).toBe(429)
  })

  test('an unknown client is limited like one that exists (D04)', async () => {
    const world = createLimitedWorld({ authentication })
    const client = await registerConfidential(world)
    const statuses = async (one: { client_id: string }): Promise<readonly number[]> => {
      const seen = []
      for (let count = 0; count < 5; count++) seen.push((await attempt(world, one, 'wrong')).status)
      return seen
    }
    expect(await statuses({ client_id: 'unknown' })).toEqual(await statuses(client))
  })

  test('without an address the client alone is limited (D09)', async () => {
    const world = createLimitedWorld({ authentication })
    const client = await registerConfidential(world)
    await guess(world, client, 3, '')
    expect((await attempt(world, client, client.client_secret, '')).status).toBe(429)
    expect((await attempt(world, client, client.client_secret, '192.0.2.1')).status).toBe(200)
  })
})
