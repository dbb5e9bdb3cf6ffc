import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createFetchBudget } from '../../src/http/fetch-budget.ts'
import { redirectUri } from '../support/client.ts'
import { assertion, clientKey, keysWorld, lastReason, postWith, registerWithKey } from '../support/client-keys.ts'
import { expectErrorRedirect } from '../support/expectations.ts'
import { startRemote } from '../support/remote.ts'
import { requestObjectWorld } from '../support/request-objects.ts'
import { createQuickWorld } from '../support/tokens.ts'

async function start(paths: readonly string[] = ['/request.jwt']) {
  const remote = await startRemote()
  const uris = paths.map((path) => remote.origin + path)
  const made = await requestObjectWorld({}, { request_uris: uris }, { dangerouslyAllowPrivateAddresses: true })
  const publish = async (changes = {}): Promise<string> => {
    const text = await made.sign(changes)
    for (const path of paths) remote.serveText(path, 'application/jwt', text)
    return createHash('sha256').update(text).digest('base64url')
  }
  await publish({ exp: made.world.clock.now() + 1000 })
  return { ...made, remote, uris, uri: uris[0] as string, publish }
}

const randomHash = (): string => randomBytes(32).toString('base64url')

describe('a URL with another fragment is not fetched again (G25)', () => {
  test.each<[string, (index: number) => string]>([
    ['numbers', (index) => `#${index}`],
    ['made-up hashes', () => `#${randomHash()}`],
    ['a fragment in a fragment', (index) => `##${index}`],
    ['no fragment, again and again', () => ''],
  ])('two hundred requests with a request_uri and %s are one request to the client (G25)', async (_name, fragment) => {
    const { ask, uri, remote } = await start()
    for (let index = 0; index < 200; index++) await ask({ request_uri: uri + fragment(index) })
    expect(remote.requests).toEqual(['/request.jwt'])
  })

  test('two hundred concurrent requests with a request_uri are one request to the client, also when it answers 404 (G25)', async () => {
    const { world, ask, uri, remote } = await start()
    const all = (): Promise<readonly Response[]> =>
      Promise.all(Array.from({ length: 200 }, (_, index) => ask({ request_uri: `${uri}#${index}` })))
    await all()
    expect(remote.requests).toHaveLength(1)
    world.clock.advance(10)
    remote.serve('/request.jwt', (_, response) => void response.writeHead(404).end())
    await all()
    await all()
    expect(remote.requests).toHaveLength(2)
  })

  test('made-up hashes cost one request a second (G25)', async () => {
    const { world, ask, uri, remote } = await start()
    for (let second = 0; second < 5; second++) {
      for (let count = 0; count < 10; count++) await ask({ request_uri: `${uri}#${randomHash()}` })
      world.clock.advance(1)
    }
    expect(remote.requests).toHaveLength(5)
  })

  test('a document that has changed is fetched at once by its new hash (G25)', async () => {
    const { world, ask, uri, remote, publish } = await start()
    const first = await publish({ login_hint: 'first' })
    expect((await ask({ request_uri: `${uri}#${first}` })).headers.get('location')).toContain('login_hint=first')
    world.clock.advance(1)
    const second = await publish({ login_hint: 'second' })
    expect((await ask({ request_uri: `${uri}#${second}` })).headers.get('location')).toContain('login_hint=second')
    expect((await ask({ request_uri: `${uri}#${second}` })).headers.get('location')).toContain('login_hint=second')
    expect(remote.requests).toHaveLength(2)
  })

  test('clients that name one sector list with different fragments cause one request (G25)', async () => {
    const remote = await startRemote()
    const world = createQuickWorld({
      dangerouslyAllowPrivateAddresses: true,
      pairwiseSecret: 'a-pairwise-secret-for-tests-0123456789',
    })
    remote.serveJson('/sector', [redirectUri])
    for (let count = 0; count < 20; count++) {
      await world.provider.registerClient({
        redirect_uris: [redirectUri],
        subject_type: 'pairwise',
        sector_identifier_uri: `${remote.origin}/sector#${count}`,
      })
    }
    expect(remote.requests).toEqual(['/sector'])
  })
})

describe('how often the server asks others (G26)', () => {
  test('the ports of one host share its limit, because one machine answers on all of them (G26)', () => {
    const budget = createFetchBudget({ now: () => 1_900_000_000 })
    const taken = Array.from({ length: 400 }, (_, n) => budget.take(`https://victim.example:${8000 + n}/${n}`, `c${n}`))
    expect(taken.filter(Boolean)).toHaveLength(300)
  })

  test('one client causes 120 requests a minute for its request objects, and is told what to do (G26)', async () => {
    const paths = Array.from({ length: 50 }, (_, index) => `/request-${index}.jwt`)
    const { world, ask, uris, remote } = await start(paths)
    let refused: Response | undefined
    for (let round = 0; round < 4; round++) {
      for (const uri of uris) refused = await ask({ request_uri: uri, redirect_uri: redirectUri })
      world.clock.advance(10)
    }
    expect(remote.requests).toHaveLength(120)
    const parameters = expectErrorRedirect(world, refused as Response, redirectUri, 'invalid_request_uri')
    expect(parameters.get('error_description')).toContain('too many request objects have been fetched for this client')
    world.clock.advance(60)
    expect((await ask({ request_uri: uris[0], redirect_uri: redirectUri })).headers.get('location')).toMatch(
      /\/login\?/,
    )
  })

  test('keys have an account of their own: request objects keep nobody from them (G26)', async () => {
    const remote = await startRemote()
    const world = keysWorld({}, { dangerouslyAllowPrivateAddresses: true })
    const [key, stranger] = [await clientKey(), await clientKey('ES256', 'stranger')]
    const client = await registerWithKey(world, key, { jwks_uri: `${remote.origin}/jwks` })
    remote.serveJson('/jwks', { keys: [key.publicJwk] })
    for (let second = 0; second < 130; second++) {
      expect((await postWith(world, await assertion(world, client, stranger))).status).toBe(401)
      world.clock.advance(1)
    }
    // The server fetches at most once a second, and the keys that it fetched before are still valid.
    expect(remote.requests.length).toBeLessThanOrEqual(131)
    expect((await postWith(world, await assertion(world, client, key))).status).toBe(200)
  })

  test('one host is asked 300 times a minute, however many clients name it (G26)', async () => {
    const remote = await startRemote()
    const world = keysWorld({}, { dangerouslyAllowPrivateAddresses: true })
    const key = await clientKey()
    for (let count = 0; count < 301; count++) {
      const path = `/jwks-${count}`
      remote.serveJson(path, { keys: [key.publicJwk] })
      const client = await registerWithKey(world, key, { jwks_uri: remote.origin + path })
      const { status } = await postWith(world, await assertion(world, client, key))
      expect([count, status]).toEqual([count, count < 300 ? 200 : 401])
    }
    expect(remote.requests).toHaveLength(300)
    expect(lastReason(world)).toContain('is fetched too often')
  })

  test('a clock that was set back stops the fetches of nobody for longer than a minute (E10)', () => {
    const clock = { time: 100_000, now: () => clock.time }
    const budget = createFetchBudget(clock)
    for (let count = 0; count < 121; count++) budget.take('https://a.example/x', 'a')
    expect(budget.take('https://a.example/x', 'a')).toBe(false)
    clock.time = 500
    expect(budget.take('https://a.example/x', 'a')).toBe(true)
  })

  test('the counters are bounded, and end with their minute (G26)', () => {
    const clock = { time: 1000, now: () => clock.time }
    const budget = createFetchBudget(clock)
    const taken = Array.from({ length: 121 }, () => budget.take('https://a.example/x', 'a'))
    expect(taken.filter(Boolean)).toHaveLength(120)
    expect(budget.take('https://b.example/x', 'a')).toBe(false)
    expect(budget.take('https://a.example/y', 'b')).toBe(true)
    clock.time += 60
    expect(budget.take('https://a.example/x', 'a')).toBe(true)
    for (let index = 0; index < 30_000; index++) budget.take(`https://${index}.example/`, `account ${index}`)
    expect(budget.take('https://a.example/x', 'a')).toBe(true)
  })
})
