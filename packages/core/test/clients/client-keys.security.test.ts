import nodeCrypto, { randomBytes } from 'node:crypto'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { privateKeyJwt } from '@oauth/core/features/private-key-jwt'
import type { JWK } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { redirectUri, registerConfidential } from '../support/client.ts'
import {
  assertion,
  assertionClaims,
  clientKey,
  keysWorld,
  lastReason,
  postWith,
  registerWithKey,
  signJwt,
} from '../support/client-keys.ts'
import { expectJsonError, send } from '../support/expectations.ts'
import { type Remote, startRemote } from '../support/remote.ts'
import { createQuickWorld } from '../support/tokens.ts'
import type { World } from '../support/world.ts'

afterEach(() => void vi.restoreAllMocks())

/** A random RSA public key of this many bits, without a private key. */
function rsaKey(bits: number, e = 'AQAB', more: object = {}): JWK {
  const modulus = randomBytes(bits / 8)
  modulus[0] = (modulus[0] as number) | 0x80
  modulus[modulus.length - 1] = (modulus.at(-1) as number) | 1
  return { kty: 'RSA', n: modulus.toString('base64url'), e, ...more }
}

/** An odd RSA exponent that is as long as the modulus. */
const hugeExponent = Buffer.from(Array.from({ length: 384 }, () => 0xff)).toString('base64url')

const some = (count: number, make: (index: number) => JWK): readonly JWK[] =>
  Array.from({ length: count }, (_, index) => make(index))

/**
 * Counts the signatures that were verified and the keys that were imported from now on. A good signature is verified
 * synchronously, and every other one by WebCrypto as well.
 */
function countWork() {
  const good = vi.spyOn(nodeCrypto, 'verify')
  const verify = vi.spyOn(crypto.subtle, 'verify')
  const importKey = vi.spyOn(crypto.subtle, 'importKey')
  const verifiedAtOnce = () => good.mock.results.filter(({ value }) => value === true).length
  return {
    verified: () => verifiedAtOnce() + verify.mock.calls.length,
    imported: () => importKey.mock.calls.length,
  }
}

async function signedBy(algorithm: string, world: World, clientId: string, header: object = {}): Promise<string> {
  const stranger = await clientKey(algorithm, 'stranger')
  return signJwt(stranger.privateKey, { alg: algorithm, ...header }, assertionClaims(world, clientId))
}

describe('the keys behind a jwks_uri (D16)', () => {
  async function start(keys: readonly unknown[]): Promise<{ remote: Remote; world: World; clientId: string }> {
    const remote = await startRemote()
    const world = createQuickWorld({
      features: [privateKeyJwt(), jwtSecuredRequests()],
      dangerouslyAllowPrivateAddresses: true,
    })
    const client = await registerConfidential(world, { jwks_uri: `${remote.origin}/jwks` })
    remote.serveJson('/jwks', { keys }, 'application/jwk-set+json')
    return { remote, world, clientId: client.client_id }
  }

  /** Sends one unauthenticated GET: an authorization request with a request object. */
  async function get(world: World, clientId: string, algorithm = 'RS256'): Promise<Response> {
    const request = await signedBy(algorithm, world, clientId)
    const query = new URLSearchParams({ client_id: clientId, redirect_uri: redirectUri, request })
    return world.browser().request(`${world.issuer}/oauth2/authorize?${query}`)
  }

  test('one GET against 249 RSA keys with huge exponents and no kid verifies nothing (D16)', async () => {
    const { world, clientId } = await start(some(249, () => rsaKey(3072, hugeExponent)))
    const work = countWork()
    const response = await get(world, clientId)
    expect(response.headers.get('location')).toContain('error=invalid_request_object')
    expect([work.verified(), work.imported()]).toEqual([0, 0])
    const refused = world.events.findLast(({ type }) => type === 'request.refused')
    expect(JSON.stringify(refused, (_, value) => (value instanceof Error ? value.message : value))).toContain(
      'the JWK set has more than 20 keys',
    )
  })

  test('keys with huge exponents are skipped before any cryptography (D16)', async () => {
    const { world, clientId } = await start(some(20, () => rsaKey(3072, hugeExponent)))
    const work = countWork()
    await get(world, clientId)
    expect([work.verified(), work.imported()]).toEqual([0, 0])
  })

  test('of twenty keys that fit four are tried, at the first request and at those after it (D16)', async () => {
    const { world, clientId } = await start(some(20, () => rsaKey(4096, '_____w')))
    for (let count = 0; count < 3; count++) {
      const work = countWork()
      await get(world, clientId)
      expect([work.verified(), work.imported() <= 5]).toEqual([4, true])
      vi.restoreAllMocks()
      // For the next request the server fetches the set again, and the set has not changed.
      world.clock.advance(2)
    }
  })

  test('four are tried of a set and of the one that was fetched after it together (D16)', async () => {
    const { remote, world, clientId } = await start(some(20, () => rsaKey(2048)))
    await get(world, clientId)
    world.clock.advance(2)
    remote.serveJson('/jwks', { keys: some(20, () => rsaKey(2048)) })
    const work = countWork()
    await get(world, clientId)
    expect(work.verified()).toBe(4)
  })

  test('the key that was named is found among twenty, and the skipped ones of a set disturb no other (D16)', async () => {
    const key = await clientKey('RS256', 'mine')
    const remote = await startRemote()
    const world = keysWorld({}, { dangerouslyAllowPrivateAddresses: true })
    const client = await registerWithKey(world, key, { jwks_uri: `${remote.origin}/jwks` })
    const odd: unknown[] = [
      { kty: 'EC', crv: 'P-384', x: 'AAAA', y: 'AAAA' },
      { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) },
      rsaKey(8192),
      rsaKey(1024),
      { ...rsaKey(2048), use: 'enc' },
      'no key',
      null,
      { kty: 'oct', k: 'AAAA', kid: 'mine' },
    ]
    remote.serveJson('/jwks', {
      keys: [...odd, ...some(11, (index) => rsaKey(2048, 'AQAB', { kid: `k${index}` })), key.publicJwk],
    })
    const made = await assertion(world, client, key)
    const work = countWork()
    expect((await postWith(world, made)).status).toBe(200)
    expect(work.verified()).toBe(1)
  })

  test('without a kid a client with many keys is told, in the event, to name its key (D16)', async () => {
    const key = await clientKey('RS256', 'mine')
    const remote = await startRemote()
    const world = keysWorld({}, { dangerouslyAllowPrivateAddresses: true })
    const client = await registerWithKey(world, key, { jwks_uri: `${remote.origin}/jwks` })
    remote.serveJson('/jwks', { keys: [...some(4, () => rsaKey(2048)), key.publicJwk] })
    const unnamed = await assertion(world, client, key, {}, { kid: undefined })
    expectJsonError(await postWith(world, unnamed), 401, 'invalid_client')
    expect(lastReason(world)).toContain('4 keys were tried: name the key by its kid')
    expect((await postWith(world, await assertion(world, client, key))).status).toBe(200)
  })

  test('old rows with keys beyond the limits cost no more than others (D16)', async () => {
    const world = keysWorld()
    const key = await clientKey()
    const client = await registerWithKey(world, key)
    const row = await world.storage.clients.find(client.client_id)
    if (row === undefined) throw new Error('no client')
    const put = async (keys: readonly JWK[], version: number): Promise<void> => {
      const metadata = { ...row.metadata, jwks: { keys: keys as readonly Record<string, unknown>[] } }
      await world.storage.clients.replace({ ...row, metadata, version: version + 1 }, version)
      world.clock.advance(6)
    }
    await put(
      some(20, () => rsaKey(16_384, hugeExponent)),
      row.version,
    )
    const work = countWork()
    expect((await postWith(world, await signedBy('RS256', world, client.client_id))).status).toBe(401)
    expect(work.verified()).toBe(0)
    await put(
      some(100, () => rsaKey(2048)),
      row.version + 1,
    )
    expect((await postWith(world, await signedBy('RS256', world, client.client_id))).status).toBe(401)
    expect([work.verified(), lastReason(world)]).toEqual([0, expect.stringContaining('more than 20 keys')])
  })
})

describe('the keys that a client registers by value (D16)', () => {
  const good = (): JWK => rsaKey(2048, 'AQAB', { kid: 'good' })

  test.each<[string, readonly unknown[], string]>([
    ['twenty-one keys', some(21, good), 'jwks.keys: must not have more than 20 keys'],
    ['RSA of 2040 bits', [rsaKey(2040)], 'must have an RSA modulus of 2048 to 4096 bits'],
    ['RSA of 4104 bits', [rsaKey(4104)], 'must have an RSA modulus of 2048 to 4096 bits'],
    ['RSA without a modulus', [{ kty: 'RSA', e: 'AQAB' }], 'must have an RSA modulus of 2048 to 4096 bits'],
    ['an exponent of 33 bits', [rsaKey(2048, 'AQAAAAE')], 'must have an odd RSA exponent'],
    ['a huge exponent', [rsaKey(2048, hugeExponent)], 'must have an odd RSA exponent'],
    ['an even exponent', [rsaKey(2048, 'BA')], 'must have an odd RSA exponent'],
    ['the exponent 1', [rsaKey(2048, 'AQ')], 'must have an odd RSA exponent'],
    ['no exponent', [rsaKey(2048, '')], 'must have an odd RSA exponent'],
    ['P-384', [{ kty: 'EC', crv: 'P-384', x: 'A'.repeat(64), y: 'A'.repeat(64) }], 'must be on the curve P-256'],
    ['half a point', [{ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43) }], 'must have x and y of 32 bytes'],
    ['X25519', [{ kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) }], 'must be on the curve Ed25519'],
    ['a kind that nobody knows', [{ kty: 'AKP', pub: 'AAAA' }], 'must have the kty RSA, EC or OKP'],
    ['a kid that is no text', [{ ...good(), kid: 7 }], 'has a kid that is not a string'],
    ['what is no key', ['key'], 'jwks.keys.0'],
  ])('%s: invalid_client_metadata says what is wrong, and nothing is kept (D16)', async (_name, keys, text) => {
    const world = keysWorld({}, { allowDynamicClientRegistration: true })
    const authorization = `Bearer ${await world.provider.createInitialAccessToken({ expiresIn: 60 })}`
    const answer = await send(world, `${world.issuer}/oauth2/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ redirect_uris: [redirectUri], jwks: { keys } }),
    })
    expectJsonError(answer, 400, 'invalid_client_metadata')
    expect(answer.body.error_description).toContain(text)
    expect(await world.storage.clients.list({ limit: 10 })).toEqual([])
  })

  test('the error names the key that does not fit (D16)', async () => {
    const world = keysWorld()
    const keys = [good(), rsaKey(8192, 'AQAB', { kid: 'the large one' })]
    await expect(
      world.provider.registerClient({ redirect_uris: [redirectUri], jwks: { keys: keys as never } }),
    ).rejects.toThrow('jwks.keys.1: the key the large one must have an RSA modulus of 2048 to 4096 bits')
  })

  test.each<[string, JWK]>([
    ['RSA of 2048 bits', rsaKey(2048)],
    ['RSA of 4096 bits with the largest exponent', rsaKey(4096, '_____w')],
    ['zeros in front of a modulus, as some languages write it', { ...rsaKey(2048), n: `AAAA${rsaKey(2048).n}` }],
    ['padding that base64url does not have', { kty: 'OKP', crv: 'Ed25519', x: `${'A'.repeat(43)}=` }],
    ['a key for encryption of whatever size', rsaKey(8192, 'AQAB', { use: 'enc' })],
  ])('%s is taken (D16)', async (_name, key) => {
    const world = keysWorld()
    const jwks = { keys: [key as Record<string, unknown>] }
    const client = await world.provider.registerClient({ redirect_uris: [redirectUri], jwks })
    expect(client.jwks).toEqual(jwks)
  })
})
