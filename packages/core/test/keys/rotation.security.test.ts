import type { Storage } from '@oauth/core'
import { memoryStorage } from '@oauth/core/memory'
import { fixedClock } from '@oauth/core/testing'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { getTokens, isActive, postAs, registerConfidential } from '../support/client.ts'
import { fetchJwks, publishedKids } from '../support/keys.ts'
import { wrapStorage, yieldingStorage } from '../support/storage.ts'
import { api, createQuickWorld } from '../support/tokens.ts'
import { createWorld, type World } from '../support/world.ts'

/** The longest default lifetime of a signed token, which is that of ID tokens. */
const longest = 36_000

async function machineToken(world: World): Promise<string> {
  const client = await registerConfidential(world)
  const { body } = await postAs(world, client, '/oauth2/token', { grant_type: 'client_credentials', resource: api })
  return body.access_token
}

function kidOf(jwt: string): string {
  return String(decodeProtectedHeader(jwt).kid)
}

/** Returns whether a resource server that fetches the JWKS now accepts the token. */
async function verifiesByJwks(world: World, jwt: string): Promise<boolean> {
  const { keys } = await fetchJwks(world)
  const options = { currentDate: new Date(world.clock.now() * 1000) }
  return jwtVerify(jwt, createLocalJWKSet({ keys: [...keys] }), options).then(
    () => true,
    () => false,
  )
}

describe('rotation (E08)', () => {
  test('a new key is published at once, signs only after its activation, and the old one verifies on (E08)', async () => {
    const world = createQuickWorld()
    const before = await machineToken(world)
    await world.provider.rotateSigningKeys()
    const published = await publishedKids(world)
    expect(published.length).toBe(2)
    const next = published.find((kid) => kid !== kidOf(before))

    // The longest time that a process (twice its cache time of 60 seconds) and after it a client may use old keys.
    const response = await world.provider.fetch(new Request(`${world.issuer}/jwks`))
    const maxAge = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '')?.[1])
    expect(maxAge).toBeGreaterThan(0)
    world.clock.advance(2 * 60 + maxAge - 1)
    expect(kidOf(await machineToken(world))).toBe(kidOf(before))
    world.clock.advance(1)
    const after = await machineToken(world)
    expect(kidOf(after)).toBe(next)
    expect(await publishedKids(world)).toEqual(published)
    for (const token of [before, after]) {
      expect(await isActive(world, token)).toBe(true)
      expect(await verifiesByJwks(world, token)).toBe(true)
    }
  })

  test('the retired key stays published through the life of its last token, and then goes (E08)', async () => {
    const world = createQuickWorld()
    const client = await registerConfidential(world)
    const old = kidOf(await machineToken(world))
    await world.provider.rotateSigningKeys({ activateAfter: 400 })
    world.clock.advance(399)
    const last = await getTokens(world, client)
    expect(kidOf(last.id_token)).toBe(old)
    world.clock.advance(1)
    expect(kidOf((await getTokens(world, client)).id_token)).not.toBe(old)

    world.clock.advance(longest - 2)
    await world.provider.purgeExpired()
    expect(await verifiesByJwks(world, last.id_token)).toBe(true)
    world.clock.advance(2)
    await world.provider.purgeExpired()
    expect(await publishedKids(world)).not.toContain(old)
    expect((await world.storage.signingKeys.list()).map(({ id }) => id)).not.toContain(old)
  })

  test('a rotation renews the key of each algorithm (E08)', async () => {
    const world = createWorld({ idTokenSigningAlgorithm: 'EdDSA' })
    const before = (await fetchJwks(world)).keys
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const { keys } = await fetchJwks(world)
    expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'ES256', 'EdDSA', 'EdDSA', 'RS256', 'RS256'])
    const client = await registerConfidential(world)
    const tokens = await getTokens(world, client, {}, { resource: api })
    const old = before.map(({ kid }) => kid)
    expect(old).not.toContain(kidOf(tokens.id_token))
    expect(old).not.toContain(kidOf(tokens.access_token))
  })

  test('in an emergency the new key signs at once, also over one that waits for its time (E08)', async () => {
    const world = createQuickWorld()
    const first = kidOf(await machineToken(world))
    await world.provider.rotateSigningKeys()
    const waiting = (await publishedKids(world)).filter((kid) => kid !== first)
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const emergency = kidOf(await machineToken(world))
    expect([first, ...waiting]).not.toContain(emergency)
    world.clock.advance(1000)
    expect(kidOf(await machineToken(world))).toBe(emergency)
  })

  test("a removed key's token fails once the key cache has ended, and others live (E08)", async () => {
    const world = createQuickWorld()
    const removed = await machineToken(world)
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const kept = await machineToken(world)
    await world.storage.signingKeys.delete(kidOf(removed))
    world.clock.advance(60)
    await fetchJwks(world)
    // The server reads the keys again after this response.
    await expect.poll(() => isActive(world, removed)).toBe(false)
    expect(await verifiesByJwks(world, removed)).toBe(false)
    expect(await isActive(world, kept)).toBe(true)
  })

  test("a process that was idle for a long time refuses a removed key's token, the first one too (E08)", async () => {
    const world = createQuickWorld({ m2mAccessTokenTtlSeconds: 200_000 })
    const removed = await machineToken(world)
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    await world.storage.signingKeys.delete(kidOf(removed))
    world.clock.advance(86_400)
    expect(await isActive(world, removed)).toBe(false)
  })
})

describe('two processes on one storage (E08)', () => {
  /** Two providers that share a storage and a clock, as two processes would. */
  function pair(storage: Storage = memoryStorage()): readonly [World, World] {
    const clock = fixedClock()
    const quick = 'ES256' as const
    const options = { storage, clock, idTokenSigningAlgorithm: quick, accessTokenSigningAlgorithm: quick }
    const [left, right] = [createWorld(options), createWorld(options)]
    return [
      { ...left, clock },
      { ...right, clock },
    ]
  }

  test.each([1, 2, 3, 4, 5])(
    'two processes share the first key even when both start at once, run %i (E08)',
    async (seed) => {
      const [left, right] = pair(yieldingStorage(memoryStorage(), seed))
      const [one, two] = await Promise.all([fetchJwks(left), fetchJwks(right)])
      expect(one.keys.length).toBe(1)
      expect(two).toEqual(one)
      const [a, b] = await Promise.all([machineToken(left), machineToken(right)])
      expect(kidOf(a)).toBe(kidOf(b))
      expect(await isActive(right, a)).toBe(true)
      expect(await isActive(left, b)).toBe(true)
      const created = [...left.events, ...right.events].filter(({ type }) => type === 'signing_key.created')
      expect(created.length).toBe(1)
    },
  )

  test('two processes that rotate at once agree on the next key (E08)', async () => {
    const [left, right] = pair(yieldingStorage(memoryStorage(), 3))
    const first = kidOf(await machineToken(left))
    await fetchJwks(right)
    await Promise.all([left.provider.rotateSigningKeys(), right.provider.rotateSigningKeys()])
    expect(await publishedKids(left)).toEqual(await publishedKids(right))
    left.clock.advance(1000)
    const [a, b] = [kidOf(await machineToken(left)), kidOf(await machineToken(right))]
    expect(a).toBe(b)
    expect(a).not.toBe(first)
  })

  test("a token by the other's newest key verifies a second later, whatever is cached (E08)", async () => {
    const [left, right] = pair()
    await machineToken(right)
    await left.provider.rotateSigningKeys({ activateAfter: 0 })
    const token = await machineToken(left)
    left.clock.advance(1)
    expect(await isActive(right, token)).toBe(true)
  })

  test('made-up kids make nobody read the key table again and again (E08)', async () => {
    let lists = 0
    const storage = wrapStorage(memoryStorage(), (name, _args, run) => {
      if (name === 'signingKeys.list') lists++
      return run()
    })
    const [left] = pair(storage)
    const token = await machineToken(left)
    left.clock.advance(1)
    const before = lists
    for (let index = 0; index < 100; index++) {
      const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `k-${index}` })).toString(
        'base64url',
      )
      expect(await isActive(left, `${header}.${token.split('.').slice(1).join('.')}`)).toBe(false)
    }
    expect(lists - before).toBeLessThanOrEqual(2)
  })

  test('a process that was idle publishes the new key before it is used: in its first answer after the activation (E08)', async () => {
    const [left, right] = pair()
    await fetchJwks(right)
    await left.provider.rotateSigningKeys()
    left.clock.advance(4000)
    const token = await machineToken(left)
    expect(await publishedKids(right)).toContain(kidOf(token))
  })

  test('a process that was idle signs with no key that has gone from the JWKS (E08)', async () => {
    const [left, right] = pair()
    await machineToken(right)
    await left.provider.rotateSigningKeys()
    left.clock.advance(2 * longest)
    await left.provider.purgeExpired()
    const token = await machineToken(right)
    expect(await verifiesByJwks(left, token)).toBe(true)
  })
})
