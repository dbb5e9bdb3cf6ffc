import { generateKeyPairSync, sign } from 'node:crypto'
import type { ExternalSigningKey } from '@oauth/core/external-signing-keys'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  authorize,
  exchangeCode,
  getTokens,
  isActive,
  postAs,
  refresh,
  registerConfidential,
  userinfo,
} from '../support/client.ts'
import { createExternalWorld, testSigner } from '../support/external-signer.ts'
import { encodeJson, fetchJwks, serverKey, signAs } from '../support/keys.ts'
import { api, createQuickWorld, introspect, registerResourceServer } from '../support/tokens.ts'
import type { World } from '../support/world.ts'

const resource = { resource: api }
const jwks = (world: World) => world.provider.fetch(new Request(`${world.issuer}/jwks`))
const causes = (world: World) =>
  world.events.flatMap((event) => (event.type === 'request.failed' ? [String(event.cause)] : []))

describe('a signer that fails', () => {
  const failures: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('kms.internal refused')
      },
    ],
    ['rejects', () => Promise.reject(new Error('kms.internal refused'))],
    ['rejects with nothing', () => Promise.reject(undefined)],
    ['answers a string', () => 'signature'],
    ['answers an empty signature', () => new Uint8Array()],
    ['answers zeros', () => new Uint8Array(64)],
    [
      'answers a signature by another key',
      () =>
        new Uint8Array(
          sign('sha256', Buffer.from('x'), {
            key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
            dsaEncoding: 'ieee-p1363',
          }),
        ),
    ],
  ]

  test.each(failures)(
    '%s: the code is 503 temporarily_unavailable, and good once the signer works',
    async (_, fail) => {
      const signer = testSigner()
      const world = createExternalWorld(signer)
      const client = await registerConfidential(world)
      const authorized = await authorize(world, client)
      signer.sign = fail
      const failed = await exchangeCode(world, client, authorized, resource)
      expect([failed.status, failed.body.error]).toEqual([503, 'temporarily_unavailable'])
      expect(failed.headers.get('retry-after')).toBe('5')
      expect(JSON.stringify(failed.body)).not.toContain('internal')
      expect(causes(world)).toHaveLength(1)
      signer.sign = undefined
      expect((await exchangeCode(world, client, authorized, resource)).status).toBe(200)
    },
  )

  test('a refresh that could not be signed rotates nothing, and neither does it count as a replay', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const client = await registerConfidential(world)
    const { refresh_token } = await getTokens(world, client)
    signer.sign = () => Promise.reject(new Error('throttled'))
    for (let attempt = 0; attempt < 3; attempt++) {
      expect((await refresh(world, client, refresh_token)).status).toBe(503)
    }
    world.clock.advance(3600)
    signer.sign = undefined
    const { status, body } = await refresh(world, client, refresh_token)
    expect(status).toBe(200)
    expect(body.refresh_token).not.toBe(refresh_token)
    expect(world.events.map(({ type }) => type)).not.toContain('refresh_token.reused')
  })

  test('a machine token, and userinfo as a JWT, are 503 as well', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const client = await registerConfidential(world, { userinfo_signed_response_alg: 'ES256' })
    const { access_token } = await getTokens(world, client)
    signer.sign = () => Promise.reject(new Error('throttled'))
    const machine = { grant_type: 'client_credentials', scope: 'notes:read', ...resource }
    expect((await postAs(world, client, '/oauth2/token', machine)).status).toBe(503)
    expect((await userinfo(world, access_token)).status).toBe(503)
  })

  test('an ES256 signature in DER is refused, and the event names the function that converts it', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const client = await registerConfidential(world)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    signer.sign = ({ data }) => new Uint8Array(sign('sha256', data, privateKey))
    const answer = await exchangeCode(world, client, await authorize(world, client))
    expect(answer.status).toBe(503)
    expect(causes(world).join()).toMatch(/64 bytes for ES256.*ecdsaSignatureFromDer/)
  })

  test('the bytes that a signer is given are in a buffer of their own, not in one that other requests use', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const client = await registerConfidential(world)
    const shared: boolean[] = []
    signer.sign = (request) => {
      for (const bytes of [request.data, request.digest]) {
        if (bytes !== undefined) shared.push(bytes.buffer.byteLength !== bytes.length)
      }
      return signer.signWith('es256-1', request)
    }
    await getTokens(world, client, {}, resource)
    expect(shared.length).toBeGreaterThan(1)
    expect(shared).not.toContain(true)
  })

  test('a signer that changes the bytes that it is given cannot change the token', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const client = await registerConfidential(world)
    signer.sign = async (request) => {
      const signature = await signer.signWith('es256-1', request)
      request.data.fill(0)
      request.digest?.fill(0)
      return signature
    }
    const { access_token } = await getTokens(world, client, {}, resource)
    expect(await isActive(world, access_token)).toBe(true)
  })
})

describe('a signer that hangs', () => {
  beforeEach(() => void vi.spyOn(AbortSignal, 'timeout').mockImplementation(soon))
  afterEach(() => void vi.restoreAllMocks())

  /** The time limit of the platform, ten times as fast. */
  function soon(milliseconds: number): AbortSignal {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new DOMException('late', 'TimeoutError')), milliseconds / 10)
    return controller.signal
  }

  test('a signer that hangs is given up after timeoutSeconds, whether or not it heeds the signal, and the code stays good', async () => {
    const signer = testSigner(['ES256'], { timeoutSeconds: 1 })
    const world = createExternalWorld(signer)
    const client = await registerConfidential(world)
    const authorized = await authorize(world, client)
    let aborted = 0
    for (const heeds of [true, false]) {
      signer.sign = ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted++
            if (heeds) reject(signal.reason)
          })
        })
      expect((await exchangeCode(world, client, authorized)).status).toBe(503)
    }
    expect(aborted).toBe(2)
    // A signer that is late is not asked a second time in one request.
    expect(signer.calls.sign).toHaveLength(2)
    signer.sign = undefined
    expect((await exchangeCode(world, client, authorized)).status).toBe(200)
  })

  test('a list that hangs is given up as well, and requests at the same time share one call', async () => {
    const signer = testSigner(['ES256'], { timeoutSeconds: 1 })
    const world = createExternalWorld(signer)
    signer.list = () => new Promise(() => undefined)
    const answers = await Promise.all(Array.from({ length: 20 }, () => jwks(world)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(503))
    expect(signer.calls.list).toBe(1)
    expect(causes(world).join()).toMatch(/signingKeys.list did not answer within 1 s/)
  })
})

describe('a list that fails', () => {
  test('a list that fails is asked again after five seconds and not before, and the event tells why', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    signer.list = () => Promise.reject(new Error('kms.internal refused'))
    for (let request = 0; request < 5; request++) expect((await jwks(world)).status).toBe(503)
    expect(signer.calls.list).toBe(1)
    expect(causes(world)).toContain('Error: kms.internal refused')
    signer.list = undefined
    world.clock.advance(5)
    expect((await jwks(world)).status).toBe(200)
  })

  test('a list that fails leaves the known keys in use for staleSeconds, and then verifies and publishes nothing', async () => {
    const signer = testSigner(['ES256'], { staleSeconds: 600 })
    const world = createExternalWorld(signer, { accessTokenTtlSeconds: 7200 })
    const client = await registerConfidential(world)
    const { access_token } = await getTokens(world, client, {}, resource)
    signer.list = () => Promise.reject(new Error('away'))
    world.clock.advance(599)
    expect(await isActive(world, access_token)).toBe(true)
    world.clock.advance(10)
    await expect(isActive(world, access_token)).rejects.toMatchObject({ code: 'temporarily_unavailable' })
    const answer = await introspect(world, await registerResourceServer(world), access_token)
    expect(answer.status).toBe(503)
    signer.list = undefined
    world.clock.advance(5)
    expect(await isActive(world, access_token)).toBe(true)
  })
})

describe('what a list may answer', () => {
  const good = () => testSigner().keys[0] as ExternalSigningKey
  const rsa = (bits: number) =>
    generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ format: 'jwk' }) as Record<string, unknown>
  const withJwk = (members: object) => [{ ...good(), publicKey: { ...(good().publicKey as object), ...members } }]
  const privateJwk = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as object
  const pem = (type: 'pkcs8' | 'sec1') =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type }) as string
  const p384 = () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey
  const ed25519 = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

  const wrong: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['nothing', () => null, /must be an array of keys; it is null/],
    ['an object', () => ({ keys: [good()] }), /must be an array of keys; it is an object/],
    ['no object in it', () => ['es256-1'], /\[0\] must be an object; it is a string/],
    ['a key without kid', () => [{ ...good(), kid: undefined }], /\[0\]\.kid must be 1 to 255 printable/],
    ['an empty kid', () => [{ ...good(), kid: '' }], /kid must be/],
    ['a kid of 256 characters', () => [{ ...good(), kid: 'k'.repeat(256) }], /kid must be/],
    ['a kid with a line break', () => [{ ...good(), kid: 'a\nb' }], /kid must be/],
    ['one kid twice', () => [good(), good()], /\[1\]\.kid must be unique/],
    [
      'an algorithm that was not announced',
      () => [{ ...good(), algorithm: 'RS256' }],
      /must be one of signingKeys.algorithms: ES256/,
    ],
    ['alg none', () => [{ ...good(), algorithm: 'none' }], /algorithm must be one of/],
    ['a symmetric algorithm', () => [{ ...good(), algorithm: 'HS256' }], /algorithm must be one of/],
    ['a private key as a JWK', () => [{ ...good(), publicKey: privateJwk() }], /must not be a private key/],
    ['a private member', () => withJwk({ d: 'AA' }), /must not be a private key/],
    ['a private key as PKCS #8', () => [{ ...good(), publicKey: pem('pkcs8') }], /must be a public key \(SPKI\)/],
    ['a private key as SEC 1', () => [{ ...good(), publicKey: pem('sec1') }], /must be a public key \(SPKI\)/],
    ['a symmetric key', () => [{ ...good(), publicKey: { kty: 'oct', k: 'AAAA' } }], /must be an asymmetric key/],
    ['an RSA key for ES256', () => [{ ...good(), publicKey: rsa(2048) }], /must have the kty EC for ES256/],
    ['an Ed25519 key for ES256', () => [{ ...good(), publicKey: ed25519() }], /must have the kty EC for ES256/],
    ['a key of another curve', () => [{ ...good(), publicKey: p384().export({ format: 'jwk' }) }], /curve P-256/],
    [
      'another curve in PEM',
      () => [{ ...good(), publicKey: p384().export({ format: 'pem', type: 'spki' }) }],
      /public key \(SPKI\) for ES256/,
    ],
    ['half a key', () => withJwk({ y: undefined }), /must have x and y/],
    ['an encryption key', () => withJwk({ use: 'enc' }), /must be a key for signatures/],
    ['a JWK for another algorithm', () => withJwk({ alg: 'ES384' }), /must have the alg ES256/],
    ['no public key', () => [{ ...good(), publicKey: undefined }], /must be a JWK, or a public key in PEM or DER/],
    ['bytes that are no key', () => [{ ...good(), publicKey: new Uint8Array(91) }], /must be a public key \(SPKI\)/],
    [
      'a date',
      () => [{ ...good(), activatesAt: new Date() }],
      /activatesAt must be whole seconds since the epoch; it is a Date/,
    ],
    ['milliseconds with a fraction', () => [{ ...good(), activatesAt: 1.5 }], /activatesAt must be whole seconds/],
    ['more keys than anybody needs', () => Array(51).fill(good()), /at most 50 keys/],
  ]

  test.each(wrong)('%s is refused, published nowhere, and the event says what is wrong', async (_, answer, message) => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    signer.list = answer
    const response = await jwks(world)
    expect(response.status).toBe(503)
    expect(await response.text()).not.toMatch(/"d"|PRIVATE/)
    expect(causes(world).join('\n')).toMatch(message)
    expect((await world.provider.ready()).ok).toBe(false)
  })

  test('an RSA key of 1024 bits is refused', async () => {
    const signer = testSigner(['RS256'])
    const world = createExternalWorld(signer)
    signer.keys = [{ kid: 'weak', algorithm: 'RS256', publicKey: rsa(1024) }]
    expect((await jwks(world)).status).toBe(503)
    expect(causes(world).join()).toMatch(/RSA modulus of 2048 to 4096 bits/)
  })

  test('a wrong answer does not replace the keys that are known', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    await fetchJwks(world)
    signer.list = () => [{ ...good(), publicKey: privateJwk() }]
    world.clock.advance(200)
    expect((await fetchJwks(world)).keys.map(({ kid }) => kid)).toEqual(['es256-1'])
  })
})

describe('attacks on the verification', () => {
  test('invented key ids call the list once in five seconds, however many there are', async () => {
    const signer = testSigner()
    const world = createExternalWorld(signer)
    const { access_token } = await getTokens(world, await registerConfidential(world), {}, resource)
    const [, claims, signature] = access_token.split('.')
    world.clock.advance(10)
    for (let index = 0; index < 50; index++) {
      const header = encodeJson({ alg: 'ES256', typ: 'at+jwt', kid: `invented-${index}` })
      expect(await isActive(world, `${header}.${claims}.${signature}`)).toBe(false)
    }
    expect(signer.calls.list).toBe(2)
  })

  test('a token of a stored key is refused where the server has no stored keys, and one of ours where there is no signer', async () => {
    const stored = createQuickWorld()
    const signer = testSigner()
    const external = createExternalWorld(signer, { beside: stored, storage: stored.storage })
    const client = await registerConfidential(stored)
    const ofStored = (await getTokens(stored, client, {}, resource)).access_token
    const ofSigner = (await getTokens(external, client, {}, resource)).access_token
    expect(await isActive(external, ofStored)).toBe(false)
    expect(await isActive(stored, ofSigner)).toBe(false)
    expect(await isActive(external, ofSigner)).toBe(true)
  })

  test('a token under the key id of an outside key that a stored key has signed is refused', async () => {
    const stored = createQuickWorld()
    const { access_token } = await getTokens(stored, await registerConfidential(stored), {}, resource)
    const claims = JSON.parse(atob(access_token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')))
    const key = await serverKey(stored, 'ES256')
    const signer = testSigner(['ES256'], { storedKeys: 'verify' })
    const external = createExternalWorld(signer, { beside: stored, storage: stored.storage })
    expect(await isActive(external, await signAs(key, claims))).toBe(true)
    expect(await isActive(external, await signAs(key, claims, { kid: 'es256-1' }))).toBe(false)
  })

  test('stored keys verify while the keys outside cannot be listed', async () => {
    const stored = createQuickWorld()
    const { access_token } = await getTokens(stored, await registerConfidential(stored), {}, resource)
    const signer = testSigner(['ES256'], { storedKeys: 'verify' })
    signer.list = () => Promise.reject(new Error('away'))
    const external = createExternalWorld(signer, { beside: stored, storage: stored.storage })
    expect(await isActive(external, access_token)).toBe(true)
  })
})
