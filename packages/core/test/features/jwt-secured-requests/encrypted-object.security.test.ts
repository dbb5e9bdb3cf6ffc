import { deflateRawSync } from 'node:zlib'
import { describe, expect, test, vi } from 'vitest'
import { redirectUri } from '../../support/client.ts'
import { clientKey, signJwt } from '../../support/client-keys.ts'
import { encryptFor, encryptionPair, encryptWith, serverEncryptionKeys } from '../../support/encryption.ts'
import { expectErrorRedirect } from '../../support/expectations.ts'
import { encodeJson } from '../../support/keys.ts'
import { requestObjectWorld } from '../../support/request-objects.ts'

const ecdh = { encryptionAlgorithms: ['ECDH-ES'] } as const

/** Replaces one of the five parts of a JWE. */
function withPart(jwe: string, index: number, change: (part: string) => string): string {
  return jwe
    .split('.')
    .map((part, place) => (place === index ? change(part) : part))
    .join('.')
}

const flipped = (part: string): string => `${part.startsWith('A') ? 'B' : 'A'}${part.slice(1)}`

describe('an encrypted object that was not signed is unsigned (J11)', () => {
  test('encryption replaces no signature: unsigned JWTs and bare claims inside are refused (J11)', async () => {
    const { world, ask, claims, unsigned } = await requestObjectWorld(ecdh)
    for (const content of [unsigned(), JSON.stringify(claims()), ` ${JSON.stringify(claims())}`]) {
      const response = await ask({ request: await encryptFor(world, content) })
      const error = expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
      expect(JSON.stringify([error, response.headers.get('location')])).toContain('signed')
    }
  })

  test('where unsigned objects are allowed, a client that registered a signing algorithm still needs the signature (J11)', async () => {
    const options = { ...ecdh, unsigned: 'allowed' } as const
    const { world, ask, claims } = await requestObjectWorld(options, { request_object_signing_alg: 'ES256' })
    const request = await encryptFor(world, JSON.stringify(claims()))
    expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
    const open = await requestObjectWorld(options)
    const response = await open.ask({ request: await encryptFor(open.world, JSON.stringify(open.claims())) })
    expect(response.headers.get('location')).not.toContain('error=')
  })

  test('every check of a signed object is made inside: key, algorithm, audience, client, time and type (J11)', async () => {
    const { world, ask, sign, claims } = await requestObjectWorld(ecdh, { request_object_signing_alg: 'ES256' })
    const attacker = await clientKey('ES256', 'attacker')
    const inside = [
      await signJwt(attacker.privateKey, { alg: 'ES256', kid: 'key-1' }, claims()),
      await signJwt(new TextEncoder().encode('x'.repeat(43)), { alg: 'HS256' }, claims()),
      await sign({ aud: 'https://other.example' }),
      await sign({ iss: 'another-client' }),
      await sign({ exp: world.clock.now() - 60 }),
      await sign({}, { typ: 'at+jwt' }),
      await sign({ request_uri: 'https://app.example.com/r' }),
      await encryptFor(world, await sign()),
      'no JWT at all',
      '',
    ]
    for (const content of inside) {
      const response = await ask({ request: await encryptFor(world, content) })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
    }
  })
})

describe('what cannot or must not be decrypted (J11)', () => {
  test('every failure of decryption has the same answer and the same event: no oracle (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld({ encryptionAlgorithms: ['ECDH-ES', 'RSA-OAEP-256'] })
    const good = await encryptFor(world, await sign())
    const rsa = await encryptFor(world, await sign(), { alg: 'RSA-OAEP-256' })
    const stranger = await encryptionPair()
    const [own] = await serverEncryptionKeys(world)
    const header = { alg: 'ECDH-ES', enc: 'A128CBC-HS256' }
    const broken = [
      withPart(good, 2, flipped),
      withPart(good, 3, flipped),
      withPart(good, 4, flipped),
      withPart(good, 4, () => ''),
      withPart(good, 2, () => ''),
      withPart(rsa, 1, flipped),
      withPart(rsa, 1, () => ''),
      withPart(rsa, 4, flipped),
      await encryptWith(stranger.publicJwk, await sign(), header),
      await encryptWith(stranger.publicJwk, await sign(), { ...header, kid: own?.kid }),
      await encryptFor(world, await sign(), { kid: 'unknown' }),
    ]
    const answers = new Set<string>()
    for (const request of broken) {
      const from = world.events.length
      const response = await ask({ request })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
      answers.add(JSON.stringify([response.status, response.headers.get('location'), world.events.slice(from)]))
    }
    expect(answers.size).toBe(1)
    expect([...answers][0]).toContain('it%20cannot%20be%20decrypted')
  })

  test.each([
    ['RSA1_5', { alg: 'RSA1_5' }],
    ['dir', { alg: 'dir' }],
    ['PBES2', { alg: 'PBES2-HS256+A128KW', p2s: 'AAAAAAAAAAAAAAAAAAAAAA', p2c: 2_000_000_000 }],
    ['an algorithm that the option leaves out', { alg: 'ECDH-ES+A256KW' }],
    ['an unknown content encryption', { enc: 'A192GCM' }],
    ['compression', { zip: 'DEF' }],
    ['a critical extension', { crit: ['urn:example'], 'urn:example': true }],
    ['an algorithm that is no text', { alg: ['ECDH-ES'] }],
  ])('%s in the header is refused before any cryptography (J11)', async (_, changes) => {
    const { world, ask, sign } = await requestObjectWorld(ecdh)
    const good = await encryptFor(world, await sign())
    const header = JSON.parse(Buffer.from(good.split('.')[0] as string, 'base64url').toString()) as object
    const request = withPart(good, 0, () => encodeJson({ ...header, ...changes }))
    const work = ['decrypt', 'deriveBits', 'deriveKey', 'unwrapKey'] as const
    const spies = work.map((name) => vi.spyOn(crypto.subtle, name))
    try {
      expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
      expect(spies.map((spy) => spy.mock.calls.length)).toEqual([0, 0, 0, 0])
    } finally {
      for (const spy of spies) spy.mockRestore()
    }
  })

  test('a compressed bomb is never inflated (J11)', async () => {
    const { world, ask } = await requestObjectWorld(ecdh)
    const bomb = deflateRawSync(Buffer.alloc(20_000_000, 0x20))
    const [key] = await serverEncryptionKeys(world)
    const jwe = await encryptWith(key as object, bomb.toString('latin1'), { alg: 'ECDH-ES', enc: 'A128GCM' })
    const header = JSON.parse(Buffer.from(jwe.split('.')[0] as string, 'base64url').toString()) as object
    const request = withPart(jwe, 0, () => encodeJson({ ...header, zip: 'DEF' }))
    expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
  })

  test('an object longer than 65536 characters is refused without decryption (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld(ecdh)
    const request = await encryptFor(world, await sign({ padding: 'x'.repeat(60_000) }))
    expect(request.length).toBeGreaterThan(65_536)
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    try {
      expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
      expect(derive).not.toHaveBeenCalled()
    } finally {
      derive.mockRestore()
    }
  })

  test('an ephemeral key outside the curve is refused like any failure (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld(ecdh)
    const good = await encryptFor(world, await sign())
    const header = JSON.parse(Buffer.from(good.split('.')[0] as string, 'base64url').toString())
    for (const epk of [
      { ...header.epk, y: header.epk.x },
      { ...header.epk, crv: 'P-384' },
      { kty: 'OKP', crv: 'X25519', x: header.epk.x },
      {},
      null,
      undefined,
    ]) {
      const request = withPart(good, 0, () => encodeJson({ ...header, epk }))
      const response = await ask({ request })
      expectErrorRedirect(world, response, redirectUri, 'invalid_request_object')
      expect(response.headers.get('location')).toContain('it%20cannot%20be%20decrypted')
    }
  })

  test('a server without encryptionAlgorithms decrypts nothing and has no key (J11)', async () => {
    const other = await requestObjectWorld(ecdh)
    const { world, ask, sign } = await requestObjectWorld()
    const [key] = await serverEncryptionKeys(other.world)
    const request = await encryptWith(key as object, await sign(), { alg: 'ECDH-ES', enc: 'A128GCM' })
    expectErrorRedirect(world, await ask({ request }), redirectUri, 'invalid_request_object')
    expect(await serverEncryptionKeys(world)).toEqual([])
  })

  test('one request costs at most one decryption when it names the key (J11)', async () => {
    const { world, ask, sign } = await requestObjectWorld(ecdh)
    for (let times = 0; times < 6; times++) await world.provider.rotateEncryptionKeys()
    const derive = vi.spyOn(crypto.subtle, 'deriveBits')
    try {
      const request = await encryptFor(world, await sign())
      derive.mockClear()
      expect((await ask({ request })).headers.get('location')).not.toContain('error=')
      expect(derive).toHaveBeenCalledTimes(1)
      const unnamed = await encryptWith((await encryptionPair()).publicJwk, await sign(), {
        alg: 'ECDH-ES',
        enc: 'A128GCM',
      })
      derive.mockClear()
      expectErrorRedirect(world, await ask({ request: unnamed }), redirectUri, 'invalid_request_object')
      expect(derive.mock.calls.length).toBeLessThanOrEqual(4)
    } finally {
      derive.mockRestore()
    }
  })
})
