import { describe, expect, test } from 'vitest'
import { assertion, clientKey, keysWorld, lastReason, postWith, registerWithKey } from '../../support/client-keys.ts'
import { expectJsonError } from '../../support/expectations.ts'
import { startRemote } from '../../support/remote.ts'
import type { WorldOptions } from '../../support/world.ts'

async function start(options: WorldOptions = {}) {
  const remote = await startRemote()
  const world = keysWorld({}, { dangerouslyAllowPrivateAddresses: true, outboundTimeoutSeconds: 1, ...options })
  const key = await clientKey()
  const client = await registerWithKey(world, key, { jwks_uri: `${remote.origin}/jwks` })
  const publish = (...keys: (typeof key)[]): void => {
    remote.serveJson('/jwks', { keys: keys.map(({ publicJwk }) => publicJwk) }, 'application/jwk-set+json')
  }
  const status = async (by = key, header = {}) =>
    (await postWith(world, await assertion(world, client, by, {}, header))).status
  publish(key)
  return { remote, world, key, client, publish, status }
}

describe('jwks_uri', () => {
  test('a jwks_uri is fetched when it is needed, not at registration, and kept for five minutes', async () => {
    const { remote, world, status } = await start()
    expect(remote.requests).toEqual([])
    expect([await status(), await status()]).toEqual([200, 200])
    world.clock.advance(299)
    expect(await status()).toBe(200)
    expect(remote.requests).toEqual(['/jwks'])
    world.clock.advance(1)
    expect(await status()).toBe(200)
    expect(remote.requests).toEqual(['/jwks', '/jwks'])
  })

  test('a new key is found at once by its kid; a removed key is accepted for five minutes at most', async () => {
    const { remote, world, key, publish, status } = await start()
    const next = await clientKey('ES256', 'next')
    expect(await status()).toBe(200)
    publish(next)
    world.clock.advance(1)
    expect(await status(next)).toBe(200)
    expect(remote.requests).toHaveLength(2)
    expect(await status(key)).toBe(401)
  })

  test('keys without names are found as well', async () => {
    const { world, publish, status } = await start()
    const unnamed = async (name: string) => {
      const made = await clientKey('ES256', name)
      const { kid: _, ...publicJwk } = made.publicJwk
      return { ...made, publicJwk }
    }
    const [first, second] = [await unnamed('first'), await unnamed('second')]
    publish(first)
    expect(await status(first, { kid: undefined })).toBe(200)
    publish(second)
    world.clock.advance(1)
    expect(await status(second, { kid: undefined })).toBe(200)
  })

  test('requests with made-up key names cause one fetch a second', async () => {
    const { remote, world, status } = await start()
    const stranger = await clientKey('ES256', 'stranger')
    for (let count = 0; count < 20; count++) expect(await status(stranger)).toBe(401)
    expect(remote.requests).toHaveLength(1)
    world.clock.advance(1)
    for (let count = 0; count < 20; count++) expect(await status(stranger)).toBe(401)
    expect(remote.requests).toHaveLength(2)
    // For the kid of a known key, the server does not fetch the set again.
    world.clock.advance(1)
    expect(await status(stranger, { kid: 'key-1' })).toBe(401)
    expect([await status(), remote.requests.length]).toEqual([200, 2])
  })

  test('many requests at one time cause one fetch', async () => {
    const { remote, status } = await start()
    const all = await Promise.all(Array.from({ length: 20 }, () => status()))
    expect([new Set(all), remote.requests.length]).toEqual([new Set([200]), 1])
  })

  test('a failed fetch is remembered for half a minute, and keys fetched earlier still verify (G03)', async () => {
    const { remote, world, publish, status, key } = await start()
    expect(await status()).toBe(200)
    remote.serve('/jwks', (_, response) => void response.writeHead(503).end())
    world.clock.advance(2)
    const stranger = await clientKey('ES256', 'stranger')
    expect([await status(stranger), await status()]).toEqual([401, 200])
    world.clock.advance(298)
    expect([await status(), await status()]).toEqual([401, 401])
    expect(lastReason(world)).toMatch(/^assertion: the client's keys cannot be used: http:\/\/127.* answered 503$/)
    expect(remote.requests).toHaveLength(3)
    publish(key)
    world.clock.advance(30)
    expect(await status()).toBe(200)
  })

  test.each<[string, (remote: Awaited<ReturnType<typeof startRemote>>) => void]>([
    ['not JSON', (remote) => remote.serveText('/jwks', 'application/json', '<html>')],
    ['no key set', (remote) => remote.serveJson('/jwks', ['x'])],
    ['no key set but null', (remote) => remote.serveJson('/jwks', null)],
    ['a page', (remote) => remote.serveText('/jwks', 'text/html', '{"keys":[]}')],
    ['nothing', (remote) => remote.serve('/jwks', (_, response) => void response.writeHead(404).end())],
    ['no answer', (remote) => remote.serve('/jwks', () => undefined)],
    ['too much', (remote) => remote.serveJson('/jwks', { keys: [], more: 'x'.repeat(300_000) })],
    [
      'a redirect to another document',
      (remote) => remote.serve('/jwks', (_, response) => void response.writeHead(302, { location: '/other' }).end()),
    ],
  ])('%s behind a jwks_uri makes the answer 401, never 500 (G03)', async (_name, change) => {
    const { remote, world, client, key } = await start()
    remote.serveJson('/other', { keys: [key.publicJwk] })
    change(remote)
    expectJsonError(await postWith(world, await assertion(world, client, key)), 401, 'invalid_client')
    expect(remote.requests).toEqual(['/jwks'])
  })

  test('a private or symmetric key in the set verifies nothing', async () => {
    const { remote, status } = await start()
    remote.serveJson('/jwks', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'key-1' }] })
    expect(await status()).toBe(401)
  })
})

describe('private addresses (G02)', () => {
  test('a jwks_uri with a private address is refused at registration', async () => {
    const remote = await startRemote()
    const world = keysWorld()
    for (const host of [
      remote.origin,
      'https://127.0.0.1',
      'https://[::1]',
      'https://localhost',
      'https://2130706433',
    ]) {
      const registered = registerWithKey(world, await clientKey(), { jwks_uri: `${host}/jwks` })
      await expect(registered).rejects.toThrow(/^invalid_client_metadata: jwks_uri must/)
    }
    expect(remote.requests).toEqual([])
  })

  test('a stored jwks_uri with a private address is refused at use', async () => {
    const { remote, world, client, key } = await start()
    const strict = keysWorld({}, { storage: world.storage })
    expectJsonError(await postWith(strict, await assertion(strict, client, key)), 401, 'invalid_client')
    expect(lastReason(strict)).toContain('must use https')
    expect(remote.requests).toEqual([])
  })

  test('the host’s own fetch gets the requests to public addresses', async () => {
    const key = await clientKey()
    const sent: string[] = []
    const world = keysWorld(
      {},
      {
        outboundFetch: async (url) => {
          sent.push(url)
          return Response.json({ keys: [key.publicJwk] })
        },
      },
    )
    const client = await registerWithKey(world, key, { jwks_uri: 'https://client.example/jwks' })
    expect((await postWith(world, await assertion(world, client, key))).status).toBe(200)
    expect(sent).toEqual(['https://client.example/jwks'])
  })
})
