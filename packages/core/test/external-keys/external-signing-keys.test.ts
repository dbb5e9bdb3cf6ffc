import type { SigningAlgorithm } from '@oauth/core'
import { type ExternalSigningKey, externalSigningKeys } from '@oauth/core/external-signing-keys'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { getTokens, isActive, refresh, registerConfidential, userinfo } from '../support/client.ts'
import { createExternalWorld, publicKeyAs, type TestSigner, testSigner } from '../support/external-signer.ts'
import { fetchJwks, publishedKids } from '../support/keys.ts'
import { api, introspect, registerResourceServer } from '../support/tokens.ts'
import { createWorld, type World } from '../support/world.ts'

const resource = { resource: api }
const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid

/** Both JWTs of a new sign-in. */
async function mint(world: World): Promise<{ readonly id_token: string; readonly access_token: string }> {
  return getTokens(world, await registerConfidential(world), {}, resource)
}

/** Verifies a token as a client does, with the published keys. */
async function verify(world: World, jwt: string) {
  const { keys } = await fetchJwks(world)
  const options = { currentDate: new Date(world.clock.now() * 1000), issuer: world.issuer }
  return jwtVerify(jwt, createLocalJWKSet({ keys: [...keys] }), options)
}

describe('keys outside the process', () => {
  test.each<SigningAlgorithm>(['RS256', 'PS256', 'ES256', 'EdDSA'])(
    '%s: ID tokens and access tokens are signed outside, clients verify them with the published key, and the server too',
    async (algorithm) => {
      const signer = testSigner([algorithm])
      const world = createExternalWorld(signer)
      const kid = `${algorithm.toLowerCase()}-1`
      expect(world.provider.metadata.id_token_signing_alg_values_supported).toEqual([algorithm])
      const client = await registerConfidential(world)
      const tokens = await getTokens(world, client, {}, resource)
      for (const token of [tokens.id_token, tokens.access_token]) {
        expect(decodeProtectedHeader(token)).toMatchObject({ alg: algorithm, kid })
        expect((await verify(world, token)).payload.iss).toBe(world.issuer)
      }
      expect((await userinfo(world, tokens.access_token)).status).toBe(200)
      const { body } = await introspect(world, await registerResourceServer(world), tokens.access_token)
      expect(body.active).toBe(true)
      expect(kidOf((await refresh(world, client, tokens.refresh_token)).body.id_token)).toBe(kid)
      expect(signer.calls.sign).toEqual([kid, kid, kid, kid])
      expect(signer.calls.list).toBe(1)
    },
  )

  test('no key is in the storage, and the JWKS has the public members of the keys outside and no others', async () => {
    const signer = testSigner()
    const [key] = signer.keys
    signer.keys = [{ ...key, publicKey: { ...(key?.publicKey as object), x5t: 'thumbprint', ext: true } }] as never
    const world = createExternalWorld(signer)
    await mint(world)
    expect(await world.storage.signingKeys.list()).toEqual([])
    const { keys } = await fetchJwks(world)
    expect(keys.map((jwk) => Object.keys(jwk).sort())).toEqual([['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']])
  })

  test.each(['pem', 'der'] as const)('a public key in %s is published as a JWK', async (format) => {
    const signer = testSigner(['RS256', 'ES256', 'EdDSA'])
    const expected = (await fetchJwks(createExternalWorld(signer))).keys
    signer.keys = signer.keys.map((key) => ({ ...key, publicKey: publicKeyAs(key, format) }))
    const world = createExternalWorld(signer)
    expect((await fetchJwks(world)).keys).toEqual(expected)
    await verify(world, (await mint(world)).id_token)
  })

  test('sign gets the key as list answered it, with members of the host, and an abort signal', async () => {
    const signer = testSigner()
    const [key] = signer.keys
    const answered = { ...key, arn: 'arn:aws:kms:key' } as never
    signer.keys = [answered]
    signer.sign = (request) => {
      expect(request.key).toBe(answered)
      expect(request.signal).toBeInstanceOf(AbortSignal)
      return signer.signWith('es256-1', request)
    }
    await mint(createExternalWorld(signer))
    expect(signer.calls.sign).toHaveLength(2)
  })
})

describe('the rotation of keys outside', () => {
  /** A world with a new key in the list of its signer. */
  async function rotated(key: Parameters<TestSigner['add']>[1] = {}) {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const before = await mint(world)
    signer.add('es256-2', key)
    world.clock.advance(60)
    // Between one and two cache times the known list is used, and read again in the background.
    await publishedKids(world)
    await new Promise((resolve) => setTimeout(resolve, 5))
    return { signer, world, before }
  }

  test('a new key is published first, and signs when every cached JWKS has it', async () => {
    const { world, before } = await rotated()
    expect(await publishedKids(world)).toEqual(['es256-1', 'es256-2'])
    expect(kidOf((await mint(world)).id_token)).toBe('es256-1')
    world.clock.advance(2 * 60 + 300 - 1)
    expect(kidOf((await mint(world)).id_token)).toBe('es256-1')
    world.clock.advance(1)
    const after = await mint(world)
    expect(kidOf(after.id_token)).toBe('es256-2')
    for (const { access_token } of [before, after]) expect(await isActive(world, access_token)).toBe(true)
  })

  test('activatesAt says when a new key signs, and a later one that has not come yet changes nothing', async () => {
    const { signer, world } = await rotated({ activatesAt: 1 })
    expect(kidOf((await mint(world)).id_token)).toBe('es256-2')
    signer.add('es256-3', { activatesAt: world.clock.now() + 500 })
    world.clock.advance(120)
    expect(kidOf((await mint(world)).id_token)).toBe('es256-2')
    world.clock.advance(380)
    expect(kidOf((await mint(world)).id_token)).toBe('es256-3')
  })

  test('a key without activatesAt never takes the place of a later one in the list, also not after a restart', async () => {
    const signer = testSigner()
    signer.add('es256-2', { activatesAt: 1 })
    const world = createExternalWorld(signer)
    expect(kidOf((await mint(world)).id_token)).toBe('es256-2')
    for (let waited = 0; waited < 3; waited++) {
      // Longer than a key without activatesAt waits after it was first seen.
      world.clock.advance(2 * 60 + 300)
      expect(kidOf((await mint(world)).id_token)).toBe('es256-2')
    }
  })

  test('a key that leaves the list is no longer published and its tokens are refused; another signs at once', async () => {
    const { signer, world, before } = await rotated()
    signer.remove('es256-1')
    world.clock.advance(120)
    expect(await publishedKids(world)).toEqual(['es256-2'])
    expect(await isActive(world, before.access_token)).toBe(false)
    expect(kidOf((await mint(world)).id_token)).toBe('es256-2')
  })

  test('a signer that has replaced its key under a cached list costs one more look, and no request', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    await mint(world)
    signer.remove('es256-1')
    signer.add('es256-2')
    world.clock.advance(10)
    expect(kidOf((await mint(world)).id_token)).toBe('es256-2')
    expect(signer.calls.list).toBe(2)
  })

  test('a token of a key that another process met first is verified after one more look', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const early = createExternalWorld(signer, { beside: world, storage: world.storage })
    await mint(early)
    signer.remove('es256-1')
    signer.add('es256-2')
    const { access_token } = await mint(world)
    early.clock.advance(10)
    expect(await isActive(early, access_token)).toBe(true)
  })

  test('the server refuses to rotate keys outside and says where to do it; the purge leaves them alone', async () => {
    const world = createExternalWorld(testSigner())
    await expect(world.provider.rotateSigningKeys()).rejects.toThrow(/the signing keys are outside.*rotate them there/)
    await expect(world.provider.rotateSigningKeys({ dropPrevious: true })).rejects.toThrow(/outside/)
    expect(await world.provider.purgeExpired()).toBe(0)
    expect(await publishedKids(world)).toEqual(['es256-1'])
  })
})

describe('readiness with keys outside', () => {
  const keysOf = async (world: World) => (await world.provider.ready()).checks.find(({ name }) => name === 'keys')

  test('the check signs a test text with each key and verifies it, once in the cache time', async () => {
    const signer = testSigner(['ES256', 'EdDSA'])
    const world = createExternalWorld(signer)
    const seen: string[] = []
    signer.sign = (request) => {
      seen.push(new TextDecoder().decode(request.data))
      return signer.signWith(request.key.kid, request)
    }
    expect(await keysOf(world)).toEqual({ name: 'keys', ok: true })
    expect(await keysOf(world)).toEqual({ name: 'keys', ok: true })
    expect(signer.calls.sign).toEqual(['es256-1', 'eddsa-1'])
    // The text is not that of a JWT, so that nobody can use its signature.
    for (const text of seen) expect(text).not.toMatch(/^[\w-]+\.[\w-]+$/)
    world.clock.advance(60)
    expect(await keysOf(world)).toEqual({ name: 'keys', ok: true })
    expect(signer.calls.sign).toHaveLength(4)
  })

  test('a failing list, a missing key and a failing signer are not ready, and the problem says what to do', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    signer.list = () => Promise.reject(new Error('kms.internal: access denied'))
    expect(await keysOf(world)).toMatchObject({ ok: false, problem: expect.stringMatching(/^signingKeys.list failed/) })
    signer.list = () => []
    world.clock.advance(10)
    expect(await keysOf(world)).toMatchObject({ ok: false, problem: expect.stringMatching(/no ES256 key/) })
    signer.list = undefined
    signer.sign = () => Promise.reject(new Error('kms.internal: throttled'))
    world.clock.advance(200)
    const failed = await keysOf(world)
    expect(failed).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/sign failed with the ES256 key es256-1/),
    })
    expect(JSON.stringify(failed)).not.toContain('internal')
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'request.failed',
        endpoint: 'signing keys',
        cause: new Error('kms.internal: throttled'),
      }),
    )
    signer.sign = undefined
    expect(await keysOf(world)).toEqual({ name: 'keys', ok: true })
  })

  test('a key that is replaced under its id is checked, although the key before has just signed', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    expect(await keysOf(world)).toEqual({ name: 'keys', ok: true })
    world.clock.advance(59)
    await getTokens(world, await registerConfidential(world))
    const { publicKey } = signer.add('other')
    signer.keys = [{ ...(signer.keys[0] as ExternalSigningKey), publicKey }]
    world.clock.advance(2)
    // The list is read anew while the known keys are used.
    await keysOf(world)
    await expect.poll(() => signer.calls.list).toBe(2)
    expect(await keysOf(world)).toMatchObject({ ok: false })
  })

  test('a signer that signs with another key than it lists is not ready', async () => {
    const signer = testSigner()
    signer.add('other')
    signer.keys = signer.keys.slice(0, 1)
    signer.sign = (request) => signer.signWith('other', request)
    expect(await keysOf(createExternalWorld(signer))).toMatchObject({ ok: false })
  })
})

describe('keys outside and keys in the storage', () => {
  test('some algorithms may be outside and others in the storage', async () => {
    const signer = testSigner(['ES256'], { storedKeys: 'sign' })
    const world = createExternalWorld(signer, { idTokenSigningAlgorithm: 'EdDSA' })
    expect(world.provider.metadata.id_token_signing_alg_values_supported).toEqual(['EdDSA', 'ES256'])
    const tokens = await mint(world)
    expect(decodeProtectedHeader(tokens.id_token).alg).toBe('EdDSA')
    expect(kidOf(tokens.access_token)).toBe('es256-1')
    for (const token of [tokens.id_token, tokens.access_token]) await verify(world, token)
    expect(await isActive(world, tokens.access_token)).toBe(true)
    expect((await world.storage.signingKeys.list()).map(({ algorithm }) => algorithm)).toEqual(['EdDSA'])
    const stored = kidOf(tokens.id_token)
    await world.provider.rotateSigningKeys({ dropPrevious: true })
    const after = await mint(world)
    expect(kidOf(after.id_token)).not.toBe(stored)
    expect(kidOf(after.access_token)).toBe('es256-1')
    expect((await world.provider.ready()).ok).toBe(true)
  })

  test('the move from the storage to the outside: old tokens verify until the stored keys are deleted', async () => {
    const before = createWorld({ idTokenSigningAlgorithm: 'ES256', accessTokenSigningAlgorithm: 'ES256' })
    const old = await mint(before)
    const beside = { beside: before, storage: before.storage }
    const signer = testSigner(['ES256'], { storedKeys: 'verify' })
    const moved = createExternalWorld(signer, beside)
    expect(await isActive(moved, old.access_token)).toBe(true)
    await verify(moved, old.id_token)
    const tokens = await mint(moved)
    expect(kidOf(tokens.id_token)).toBe('es256-1')
    await expect(moved.provider.rotateSigningKeys()).rejects.toThrow(/outside/)
    await moved.provider.rotateSigningKeys({ dropPrevious: true })
    expect(await publishedKids(moved)).toEqual(['es256-1'])
    expect(await isActive(moved, old.access_token)).toBe(false)
    expect(await isActive(moved, tokens.access_token)).toBe(true)
    expect(await moved.storage.signingKeys.list()).toEqual([])
  })

  test('a key that moved outside with its key id is published once', async () => {
    const before = createWorld({ idTokenSigningAlgorithm: 'ES256', accessTokenSigningAlgorithm: 'ES256' })
    const [jwk] = (await fetchJwks(before)).keys
    const signer = testSigner(['ES256'], { storedKeys: 'verify' })
    signer.keys = [{ kid: String(jwk?.kid), algorithm: 'ES256', publicKey: jwk as Record<string, unknown> }]
    expect(await publishedKids(createExternalWorld(signer, { storage: before.storage }))).toEqual([jwk?.kid])
  })
})

describe('the options of keys outside', () => {
  const sign = () => new Uint8Array()
  const list = () => []
  test.each([
    ['no options', undefined, /needs an object of options/],
    ['no list', { algorithms: ['ES256'], sign }, /list must be a function; it is undefined/],
    ['no sign', { algorithms: ['ES256'], list }, /sign must be a function/],
    ['no algorithms', { list, sign }, /algorithms must name at least one/],
    ['an empty list of algorithms', { algorithms: [], list, sign }, /algorithms must name at least one/],
    ['an unknown algorithm', { algorithms: ['HS256'], list, sign }, /algorithms must be some of RS256/],
    ['an unknown option', { algorithms: ['ES256'], list, sign, key: 1 }, /key is not known; the options are/],
    ['an unknown place', { algorithms: ['ES256'], list, sign, storedKeys: 'yes' }, /storedKeys must be/],
    ['no time', { algorithms: ['ES256'], list, sign, timeoutSeconds: 0 }, /timeoutSeconds must be/],
    ['half a second', { algorithms: ['ES256'], list, sign, staleSeconds: 0.5 }, /staleSeconds must be/],
  ])('%s is a TypeError that says what to change', (_, options, message) => {
    expect(() => externalSigningKeys(options as never)).toThrow(message)
  })

  test('an algorithm that has no key outside is refused at start, by the name of its option', () => {
    const signer = testSigner(['ES256'])
    const start = (options: object) => () => createExternalWorld(signer, options)
    expect(start({ accessTokenSigningAlgorithm: 'RS256' })).toThrow(/^accessTokenSigningAlgorithm RS256 is not among/)
    expect(start({ idTokenSigningAlgorithm: 'RS256' })).toThrow(/^idTokenSigningAlgorithm RS256 .* storedKeys: 'sign'/)
    expect(start({ idTokenSigningAlgorithms: ['PS256'] })).toThrow(/^idTokenSigningAlgorithms PS256/)
    expect(start({ resourceOptions: { [api]: { accessTokenSigningAlgorithm: 'EdDSA' } } })).toThrow(/^resourceOptions/)
  })

  test('the two functions without the call of externalSigningKeys, and a server without JWTs, are refused at start', () => {
    const { options } = testSigner()
    expect(() => createWorld({ signingKeys: options as never })).toThrow(/signingKeys.*externalSigningKeys\(\{/)
    expect(() => createExternalWorld(testSigner(), { disableJwtPlugin: true })).toThrow(/disableJwtPlugin.*signingKeys/)
  })
})
