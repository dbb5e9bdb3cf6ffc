import type { Feature } from '@oauth/core/feature'
import { type SignedMetadata, signedMetadata } from '@oauth/core/features/signed-metadata'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { type Answer, claimsOf } from '../../support/client.ts'
import { emptyStorage } from '../../support/empty-storage.ts'
import { send } from '../../support/expectations.ts'
import { createExternalWorld, testSigner } from '../../support/external-signer.ts'
import { fapiWorld } from '../../support/fapi2.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import type { World, WorldOptions } from '../../support/world.ts'

const names = ['oauth-authorization-server', 'openid-configuration'] as const
const typ = 'oauth-authorization-server+jwt'

function signedWorld(options: WorldOptions = {}): World {
  return createQuickWorld({ features: [signedMetadata()], ...options })
}

function read(world: World, name: string): Promise<Answer> {
  return send(world, `${world.issuer}/.well-known/${name}`)
}

async function signatureOf(world: World, name: string = names[0]): Promise<string> {
  return (await read(world, name)).body.signed_metadata
}

/** Verifies a JWT as a client does, with the keys that the server publishes. */
async function verify(world: World, jwt: string, type = typ) {
  const { body } = await send(world, `${world.issuer}/jwks`)
  return jwtVerify(jwt, createLocalJWKSet(body), { issuer: world.issuer, typ: type })
}

const kidOf = (jwt: string): unknown => decodeProtectedHeader(jwt).kid

/** How long a rotation waits before it signs with the new key, in seconds: two caches of keys, and the cached JWKS. */
const untilActive = 2 * 60 + 300

describe('the signature of the discovery documents', () => {
  test.each(names)('%s has a JWT of all its other members', async (name) => {
    const world = signedWorld()
    const { body } = await read(world, name)
    const { signed_metadata, ...members } = body
    const { payload, protectedHeader } = await verify(world, signed_metadata)
    expect(payload).toEqual({ ...members, iss: world.issuer, iat: world.clock.now() })
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ })
    expect(world.provider.metadata).not.toHaveProperty('signed_metadata')
  })

  test('the members of other features are signed, too', async () => {
    const colours: Feature = { name: 'colours', start: () => ({ serverMetadata: { colours_supported: ['red'] } }) }
    const world = signedWorld({ features: [signedMetadata(), colours] })
    expect(claimsOf(await signatureOf(world))).toMatchObject({ colours_supported: ['red'] })
  })

  test('a server for machines alone signs the document that it has', async () => {
    const world = signedWorld({ grantTypes: ['client_credentials'], loginUrl: undefined, consentUrl: undefined })
    const { payload } = await verify(world, await signatureOf(world))
    expect(payload).toMatchObject({ issuer: world.issuer, grant_types_supported: ['client_credentials'] })
    expect((await read(world, 'openid-configuration')).status).toBe(404)
  })

  test('without the feature there is no such member, and discovery reads no keys', async () => {
    const storage = emptyStorage()
    let reads = 0
    const signingKeys = {
      ...storage.signingKeys,
      list() {
        reads++
        return storage.signingKeys.list()
      },
    }
    const world = createQuickWorld({ storage: { ...storage, signingKeys } })
    for (const name of names) {
      const { body, headers } = await read(world, name)
      expect(body).not.toHaveProperty('signed_metadata')
      expect(headers.get('cache-control')).toBe('public, max-age=3600')
    }
    expect(reads).toBe(0)
  })

  test('the default algorithm is one that a security profile for every client allows', async () => {
    const options = { features: [signedMetadata()], idTokenSigningAlgorithms: ['RS256', 'ES256'] } as const
    const rs256 = { ...options, idTokenSigningAlgorithm: 'RS256' } as const
    for (const [world, algorithm] of [
      [fapiWorld({}, rs256), 'ES256'],
      [fapiWorld({ clients: 'chosen' }, rs256), 'RS256'],
    ] as const) {
      expect(decodeProtectedHeader(await signatureOf(world)).alg).toBe(algorithm)
    }
  })

  test('the host chooses an algorithm that the server has keys for', async () => {
    const world = signedWorld({
      features: [signedMetadata({ algorithm: 'EdDSA' })],
      idTokenSigningAlgorithms: ['EdDSA'],
    })
    const { protectedHeader } = await verify(world, await signatureOf(world))
    expect(protectedHeader.alg).toBe('EdDSA')
  })
})

describe('how often the server signs', () => {
  // Each signature of ES256 is another one, so equal texts are one signature.
  const options = { features: [signedMetadata({ algorithm: 'ES256' })] }

  test('the server signs its metadata once for all requests, also for many at the same moment', async () => {
    const world = signedWorld(options)
    const first = await Promise.all(Array.from({ length: 20 }, () => signatureOf(world)))
    world.clock.advance(5000)
    expect(new Set([...first, await signatureOf(world)]).size).toBe(1)
    expect(await signatureOf(world, 'openid-configuration')).not.toBe(first[0])
  })

  test('the server signs its metadata again when another key signs, at that very second and not when the key is published', async () => {
    const world = signedWorld(options)
    const before = await signatureOf(world)
    await world.provider.rotateSigningKeys()
    world.clock.advance(untilActive - 1)
    expect(await signatureOf(world)).toBe(before)
    world.clock.advance(1)
    const after = await signatureOf(world)
    expect(kidOf(after)).not.toBe(kidOf(before))
    expect((await verify(world, after)).payload.iat).toBe(world.clock.now())
    // A client that has cached the document can still verify it.
    await verify(world, before)
  })

  test('the server signs its metadata again at once when the earlier keys are dropped', async () => {
    const world = signedWorld(options)
    const before = await signatureOf(world)
    await world.provider.rotateSigningKeys({ dropPrevious: true })
    await verify(world, await signatureOf(world))
    await expect(verify(world, before)).rejects.toThrow()
  })

  test('the server signs its metadata again in every process, once that has read the keys of another', async () => {
    const storage = emptyStorage()
    const world = signedWorld({ ...options, storage })
    const other = signedWorld({ ...options, storage, beside: world })
    const before = await signatureOf(other)
    await world.provider.rotateSigningKeys()
    for (let waited = 0; waited < untilActive; waited += 60) {
      world.clock.advance(60)
      await signatureOf(other)
    }
    expect(kidOf(await signatureOf(other))).toBe(kidOf(await signatureOf(world)))
    expect(kidOf(await signatureOf(other))).not.toBe(kidOf(before))
  })

  test('caches keep the documents no longer than the server publishes the key after its last signature', async () => {
    const cached = async (seconds: number) => {
      const lifetimes = {
        accessTokenTtlSeconds: seconds,
        m2mAccessTokenTtlSeconds: seconds,
        idTokenTtlSeconds: seconds,
      }
      return (await read(signedWorld({ ...options, ...lifetimes }), names[0])).headers.get('cache-control')
    }
    expect(await cached(300)).toBe('public, max-age=300')
    expect(await cached(36_000)).toBe('public, max-age=3600')
  })
})

describe('the signature when something is wrong', () => {
  function failingWorld() {
    const storage = emptyStorage()
    const state = { broken: false }
    const signingKeys = {
      ...storage.signingKeys,
      list() {
        if (state.broken) throw new Error('the storage is away')
        return storage.signingKeys.list()
      },
    }
    return { world: signedWorld({ storage: { ...storage, signingKeys } }), state }
  }

  test('while the keys cannot be read, the last signature is served and an event says so', async () => {
    const { world, state } = failingWorld()
    const before = await signatureOf(world)
    state.broken = true
    world.clock.advance(1000)
    expect(await signatureOf(world)).toBe(before)
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'request.failed', endpoint: 'signed metadata' }),
    )
  })

  test('a document that was never signed fails until the keys can be read', async () => {
    const { world, state } = failingWorld()
    state.broken = true
    expect((await read(world, names[0])).status).toBe(500)
    state.broken = false
    await verify(world, await signatureOf(world))
  })

  describe('with keys outside that do not sign', () => {
    function externalWorld() {
      const signer = testSigner()
      const world = createExternalWorld(signer, { features: [signedMetadata()] })
      const fail = () => Promise.reject(new Error('kms.internal refused'))
      return { signer, world, fail }
    }

    test('the last signature is served after a rotation, and the server tries again every five seconds', async () => {
      const { signer, world, fail } = externalWorld()
      const before = await signatureOf(world)
      signer.add('es256-2', { activatesAt: world.clock.now() + 1000 })
      signer.sign = fail
      world.clock.advance(1000)
      for (let times = 0; times < 5; times++) expect(await signatureOf(world)).toBe(before)
      await verify(world, before)
      expect(signer.calls.sign).toEqual(['es256-1', 'es256-2'])
      world.clock.advance(5)
      expect(await signatureOf(world)).toBe(before)
      expect(signer.calls.sign).toHaveLength(3)
      signer.sign = undefined
      world.clock.advance(5)
      expect(kidOf(await signatureOf(world))).toBe('es256-2')
    })

    test('without any signature the document is 503, whoever asks causes one try in five seconds, and it recovers', async () => {
      const { signer, world, fail } = externalWorld()
      signer.sign = fail
      for (let times = 0; times < 5; times++) {
        const { status, body } = await read(world, names[0])
        expect([status, body.error]).toEqual([503, 'temporarily_unavailable'])
      }
      expect(signer.calls.sign).toHaveLength(1)
      signer.sign = undefined
      world.clock.advance(5)
      await verify(world, await signatureOf(world))
    })

    test('a signature that never ends holds up nobody for long, as when a Worker ends with its request', async () => {
      const { signer, world } = externalWorld()
      signer.sign = () => new Promise<never>(() => undefined)
      void read(world, names[0])
      await expect.poll(() => signer.calls.sign.length).toBe(1)
      signer.sign = undefined
      const answers = await Promise.all([read(world, names[0]), read(world, names[0])])
      expect(answers.map(({ status }) => status)).toEqual([200, 200])
      expect(signer.calls.sign).toHaveLength(2)
    })

    test('a signature that comes after the key was replaced is not kept', async () => {
      const { signer, world } = externalWorld()
      let end = (): void => undefined
      signer.sign = async (request) => {
        await new Promise<void>((resolve) => {
          end = resolve
        })
        return signer.signWith('es256-1', request)
      }
      const late = signatureOf(world)
      await expect.poll(() => signer.calls.sign.length).toBe(1)
      signer.add('es256-2', { activatesAt: world.clock.now() + 1000 })
      signer.sign = undefined
      world.clock.advance(1000)
      expect(kidOf(await signatureOf(world))).toBe('es256-2')
      end()
      expect(kidOf(await late)).toBe('es256-1')
      expect(kidOf(await signatureOf(world))).toBe('es256-2')
      expect(signer.calls.sign).toHaveLength(2)
    })
  })

  test.each<[WorldOptions, string]>([
    [{ disableJwtPlugin: true }, 'signedMetadata needs signing keys: leave out disableJwtPlugin or this feature'],
    [
      { features: [signedMetadata({ algorithm: 'EdDSA' })] },
      'signedMetadata: the server has no keys for EdDSA: add it to idTokenSigningAlgorithms, or use ES256',
    ],
    [
      {
        features: [
          signedMetadata(),
          { name: 'other', start: () => ({ serverMetadata: { signed_metadata: 'x.y.z' } }) },
        ],
      },
      'the features signedMetadata and other both bring the discovery member signed_metadata: leave one of them out',
    ],
  ])('the server does not start: %#', (options, message) => {
    expect(() => signedWorld(options)).toThrow(message)
  })

  test.each<[object, string]>([
    [{ algorithm: 'HS256' }, 'signedMetadata: algorithm '],
    [{ alg: 'ES256' }, 'signedMetadata: alg is not known'],
  ])('the option %j is refused', (options, message) => {
    expect(() => signedMetadata(options)).toThrow(message)
  })
})

describe('the signature of the metadata of a protected resource', () => {
  const document = { resource: 'https://api.example.com/mcp', scopes_supported: ['notes:read'] }
  const apiOf = (world: World) => world.provider.features.signedMetadata as SignedMetadata

  test('signResource signs a document once, until another key signs', async () => {
    const world = signedWorld({ features: [signedMetadata({ algorithm: 'ES256' })] })
    const jwt = await apiOf(world).signResource(document)
    const { payload } = await verify(world, jwt, 'oauth-protected-resource+jwt')
    expect(payload).toEqual({ ...document, iss: world.issuer, iat: world.clock.now() })
    expect(await apiOf(world).signResource(document)).toBe(jwt)
    await world.provider.rotateSigningKeys({ dropPrevious: true })
    expect(kidOf(await apiOf(world).signResource(document))).not.toBe(kidOf(jwt))
  })

  test('iss, iat and signed_metadata of a document are replaced or left out', async () => {
    const world = signedWorld()
    const odd = { ...document, iss: 'https://evil.example', iat: 1, signed_metadata: 'x.y.z' }
    expect(claimsOf(await apiOf(world).signResource(odd))).toEqual({
      ...document,
      iss: world.issuer,
      iat: world.clock.now(),
    })
  })

  test.each([undefined, null, {}, 'https://api.example.com', { resource: 7 }])(
    '%j is no such document',
    async (value) => {
      await expect(apiOf(signedWorld()).signResource(value as never)).rejects.toThrow(TypeError)
    },
  )
})
