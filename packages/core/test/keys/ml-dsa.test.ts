import type { SigningAlgorithm } from '@oauth/core'
import { externalSigningKeys } from '@oauth/core/external-signing-keys'
import { memoryStorage } from '@oauth/core/memory'
import { createLocalJWKSet, decodeProtectedHeader, generateKeyPair, jwtVerify } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { claimsOf, getTokens, isActive, refresh, registerConfidential, userinfo } from '../support/client.ts'
import { encodeJson, fetchJwks, publishedKids } from '../support/keys.ts'
import { createQuickWorld } from '../support/tokens.ts'
import { createWorld, type World } from '../support/world.ts'

const algorithms = ['ML-DSA-44', 'ML-DSA-65', 'ML-DSA-87'] as const
const signatureBytes = { 'ML-DSA-44': 2420, 'ML-DSA-65': 3309, 'ML-DSA-87': 4627 }
const publicKeyBytes = { 'ML-DSA-44': 1312, 'ML-DSA-65': 1952, 'ML-DSA-87': 2592 }
const resource = { resource: 'https://api.example.com' }

interface Platform {
  readonly SubtleCrypto: { supports?(operation: string, algorithm: unknown): boolean }
}

/** Whether this platform makes such keys: Node 20 does not, Node 24 does. Every test asserts something on both. */
const platformHasMlDsa = await generateKeyPair('ML-DSA-44').then(
  () => true,
  () => false,
)

/** Starts a server whose tokens have this algorithm, or proves that the start fails and says why. */
function start(algorithm: SigningAlgorithm): World | undefined {
  const make = () => createWorld({ idTokenSigningAlgorithm: algorithm, accessTokenSigningAlgorithm: algorithm })
  if (platformHasMlDsa) return make()
  expect(make).toThrow(TypeError)
  expect(make).toThrow(/^accessTokenSigningAlgorithm ML-DSA-\d\d is not supported by the Web Crypto API.*Node 24\.7/)
  return undefined
}

async function verify(world: World, jwt: string, algorithm: string) {
  const { keys } = await fetchJwks(world)
  const options = { currentDate: new Date(world.clock.now() * 1000), issuer: world.issuer, algorithms: [algorithm] }
  return jwtVerify(jwt, createLocalJWKSet({ keys: [...keys] }), options)
}

async function atHash(accessToken: string): Promise<string> {
  const parameters = { name: 'cSHAKE256', length: 512, outputLength: 512 }
  const digest = await crypto.subtle.digest(parameters, new TextEncoder().encode(accessToken))
  return Buffer.from(digest.slice(0, 32)).toString('base64url')
}

describe('ML-DSA', () => {
  test.each(algorithms)(
    '%s signs ID tokens and access tokens where the platform has it; elsewhere the server does not start and says why',
    async (algorithm) => {
      const world = start(algorithm)
      if (world === undefined) return
      expect(world.provider.metadata.id_token_signing_alg_values_supported).toContain(algorithm)
      const client = await registerConfidential(world, { id_token_signed_response_alg: algorithm })
      const first = await getTokens(world, client, {}, resource)
      const { body: second } = await refresh(world, client, first.refresh_token)
      for (const tokens of [first, second]) {
        expect(decodeProtectedHeader(tokens.id_token)).toMatchObject({ alg: algorithm, typ: 'JWT' })
        expect(decodeProtectedHeader(tokens.access_token)).toMatchObject({ alg: algorithm, typ: 'at+jwt' })
        await verify(world, tokens.id_token, algorithm)
        await verify(world, tokens.access_token, algorithm)
        expect(claimsOf(tokens.id_token).at_hash).toBe(await atHash(tokens.access_token))
        expect(Buffer.from(tokens.id_token.split('.')[2], 'base64url')).toHaveLength(signatureBytes[algorithm])
        expect((await userinfo(world, tokens.access_token)).status).toBe(200)
      }
      const jwk = (await fetchJwks(world)).keys.find(({ alg }) => alg === algorithm)
      expect(Object.keys(jwk ?? {}).sort()).toEqual(['alg', 'kid', 'kty', 'pub', 'use'])
      expect(jwk).toMatchObject({ kty: 'AKP', use: 'sig' })
      expect(Buffer.from(String(jwk?.pub), 'base64url')).toHaveLength(publicKeyBytes[algorithm])
      const stored = JSON.stringify(await world.storage.signingKeys.list())
      expect(stored).not.toContain('priv"')
    },
  )

  test('an ML-DSA key rotates like any other, and old tokens verify after', async () => {
    const world = start('ML-DSA-44')
    if (world === undefined) return
    const client = await registerConfidential(world)
    const before = await getTokens(world, client, {}, resource)
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const after = await getTokens(world, client, {}, resource)
    expect(decodeProtectedHeader(after.id_token).kid).not.toBe(decodeProtectedHeader(before.id_token).kid)
    for (const { access_token } of [before, after]) expect(await isActive(world, access_token)).toBe(true)
    expect(await isActive(world, `${after.access_token.slice(0, -4)}AAAA`)).toBe(false)
  })

  test('every option that names an algorithm is checked at start', () => {
    const [first, second, third] = algorithms
    const named = [
      ['idTokenSigningAlgorithm', first, { idTokenSigningAlgorithm: first }],
      ['idTokenSigningAlgorithms', second, { idTokenSigningAlgorithms: [second] }],
      ['resourceOptions', third, { resourceOptions: { [resource.resource]: { accessTokenSigningAlgorithm: third } } }],
    ] as const
    for (const [option, algorithm, options] of named) {
      const make = () => createWorld(options).provider.metadata.userinfo_signing_alg_values_supported
      if (platformHasMlDsa) expect(make()).toContain(algorithm)
      else expect(make).toThrow(new RegExp(`^${option} ${algorithm} is not supported`))
    }
  })

  test('keys outside may be ML-DSA keys, whose public keys are checked, where the platform can verify them', async () => {
    const algorithm = 'ML-DSA-44'
    const { subtle } = crypto
    if (!platformHasMlDsa) {
      const rules = { algorithms: [algorithm] as const, list: () => [], sign: () => new Uint8Array() }
      expect(() => externalSigningKeys(rules)).toThrow(/algorithms: ML-DSA-44 is not supported by the Web Crypto API/)
      return
    }
    const pair = (await subtle.generateKey(algorithm as never, false, ['sign', 'verify'])) as CryptoKeyPair
    const publicKey = (await subtle.exportKey('jwk', pair.publicKey)) as unknown as Record<string, unknown>
    const answered = [{ kid: 'outside', algorithm, publicKey } as const]
    let keys: readonly (typeof answered)[number][] = answered
    const world = createWorld({
      idTokenSigningAlgorithm: algorithm,
      accessTokenSigningAlgorithm: algorithm,
      signingKeys: externalSigningKeys({
        algorithms: [algorithm],
        list: () => keys,
        async sign({ data, digest }) {
          expect(digest).toBeUndefined()
          return new Uint8Array(await subtle.sign(algorithm, pair.privateKey, new Uint8Array(data)))
        },
      }),
    })
    const { id_token } = await getTokens(world, await registerConfidential(world))
    await verify(world, id_token, algorithm)
    for (const change of [{ priv: 'AA' }, { alg: 'ML-DSA-65' }, { alg: undefined }, { pub: 'AAAA' }, { kty: 'OKP' }]) {
      keys = [{ ...answered[0], publicKey: { ...publicKey, ...change } } as (typeof answered)[number]]
      world.events.length = 0
      world.clock.advance(200)
      await fetchJwks(world)
      expect(world.events).toContainEqual(expect.objectContaining({ endpoint: 'signing keys' }))
    }
  })
})

describe('a process that does not have ML-DSA, on the storage of one that does', () => {
  afterEach(() => void vi.restoreAllMocks())

  test('publishes the key, refuses its tokens, and works with its own keys', async () => {
    const { SubtleCrypto } = globalThis as unknown as Platform
    const askable = SubtleCrypto as { supports(): boolean }
    if (SubtleCrypto.supports !== undefined) vi.spyOn(askable, 'supports').mockReturnValue(false)
    const storage = memoryStorage()
    const id = 'key-of-another-process'
    const pub = Buffer.alloc(publicKeyBytes['ML-DSA-44'], 7).toString('base64url')
    await storage.signingKeys.insert({
      id,
      algorithm: 'ML-DSA-44',
      generation: 1,
      publicKey: JSON.stringify({ kty: 'AKP', alg: 'ML-DSA-44', pub, kid: id, use: 'sig' }),
      sealedPrivateKey: 'sealed',
      createdAt: 1,
      activatesAt: 1,
    })
    const world = createQuickWorld({ storage })
    expect((await world.provider.ready()).ok).toBe(true)
    const { access_token } = await getTokens(world, await registerConfidential(world), {}, resource)
    expect(await isActive(world, access_token)).toBe(true)
    expect(await publishedKids(world)).toContain(id)
    const header = encodeJson({ alg: 'ML-DSA-44', typ: 'at+jwt', kid: id })
    const [, claims] = access_token.split('.')
    const signature = Buffer.alloc(signatureBytes['ML-DSA-44']).toString('base64url')
    expect(await isActive(world, `${header}.${claims}.${signature}`)).toBe(false)
    expect(await world.provider.purgeExpired()).toBe(0)
    expect(await publishedKids(world)).toContain(id)
    expect(world.events.map(({ type }) => type)).not.toContain('request.failed')
  })
})
