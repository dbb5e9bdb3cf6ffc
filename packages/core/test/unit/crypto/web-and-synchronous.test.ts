import { createLocalJWKSet, exportJWK, generateKeyPair, type JWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

type Seal = typeof import('../../../src/crypto/seal.ts')
type Sign = typeof import('../../../src/crypto/signer.ts')
type Hash = typeof import('../../../src/crypto/hash.ts')
type Hmac = typeof import('../../../src/crypto/hmac.ts')
type Base64url = typeof import('../../../src/crypto/base64url.ts')
type Path = Seal & Sign & Hash & Hmac & Base64url
type Paths = Record<'synchronous' | 'web', Path>

const paths = {} as Paths
const builtin = process.getBuiltinModule

async function load(): Promise<Path> {
  vi.resetModules()
  return {
    ...(await import('../../../src/crypto/seal.ts')),
    ...(await import('../../../src/crypto/signer.ts')),
    ...(await import('../../../src/crypto/hash.ts')),
    ...(await import('../../../src/crypto/hmac.ts')),
    ...(await import('../../../src/crypto/base64url.ts')),
  }
}

beforeAll(async () => {
  const { nativeBuffer, synchronousCrypto } = await import('../../../src/crypto/platform.ts')
  expect(synchronousCrypto).toBeDefined()
  expect(nativeBuffer).toBeDefined()
  paths.synchronous = await load()
  process.getBuiltinModule = undefined as never
  try {
    paths.web = await load()
    const platform = await import('../../../src/crypto/platform.ts')
    expect([platform.synchronousCrypto, platform.nativeBuffer]).toEqual([undefined, undefined])
  } finally {
    process.getBuiltinModule = builtin
  }
})

afterAll(() => {
  vi.resetModules()
})

const secret = 'a-secret-for-tests-with-enough-characters'
const names = ['synchronous', 'web'] as const
const pairs = names.flatMap((seals) => names.map((opens) => [seals, opens] as const))

describe('sealing with WebCrypto and with the synchronous platform', () => {
  test.each(pairs)('a text that the %s path seals, the %s path opens', async (seals, opens) => {
    const sealer = paths[seals].createSealer(secret, 'purpose')
    const opener = paths[opens].createSealer(secret, 'purpose')
    for (const text of ['', 'a', 'aä\u{1f600}', 'x'.repeat(5000)]) {
      for (const context of ['', 'row-1', 'ä']) {
        expect(await opener.unseal(await sealer.seal(text, context), context)).toBe(text)
      }
    }
  })

  test.each(pairs)(
    'of texts that the %s path sealed, the %s path opens none with a wrong secret, context or content',
    async (seals, opens) => {
      const sealed = await paths[seals].createSealer(secret, 'purpose').seal('the text', 'row-1')
      const { createSealer } = paths[opens]
      const opener = createSealer(secret, 'purpose')
      expect(await opener.unseal(sealed, 'row-1')).toBe('the text')
      expect(await opener.unseal(sealed, 'row-2')).toBeUndefined()
      expect(await opener.unseal(sealed, '')).toBeUndefined()
      expect(await createSealer(`${secret}x`, 'purpose').unseal(sealed, 'row-1')).toBeUndefined()
      expect(await createSealer(secret, 'another purpose').unseal(sealed, 'row-1')).toBeUndefined()
      for (const wrong of ['', 'A', 'AAAA', '!', `${sealed}=`, `${sealed}AAAA`, sealed.slice(4), sealed.slice(0, -4)]) {
        expect([wrong, await opener.unseal(wrong, 'row-1')]).toEqual([wrong, undefined])
      }
      const bytes = Buffer.from(sealed, 'base64url')
      for (let position = 0; position < bytes.length; position++) {
        const changed = Buffer.from(bytes)
        changed[position] = (changed[position] ?? 0) ^ 1
        expect([position, await opener.unseal(changed.toString('base64url'), 'row-1')]).toEqual([position, undefined])
      }
    },
  )

  test.each(pairs)(
    'a text that the %s path seals under a token and a secret, the %s path opens',
    async (seals, opens) => {
      const sealed = await paths[seals].createTokenSealers([secret, 'older'], 'purpose')('token').seal('text', 'row-1')
      const open = (secrets: readonly string[], token: string, purpose = 'purpose') =>
        paths[opens].createTokenSealers(secrets, purpose)(token).unseal(sealed, 'row-1')
      expect(await open([secret], 'token')).toBe('text')
      expect(await open(['newer', secret], 'token')).toBe('text')
      for (const wrong of [open([secret], 'other'), open(['older'], 'token'), open([secret], 'token', 'another')]) {
        expect(await wrong).toBeUndefined()
      }
    },
  )

  test.each(names)('the %s path seals the same text differently each time and shows nothing of it', async (path) => {
    const sealer = paths[path].createSealer(secret, 'purpose')
    const sealed = await Promise.all(Array.from({ length: 50 }, () => sealer.seal('the text', 'row-1')))
    expect(new Set(sealed.map((text) => text.slice(0, 16))).size).toBe(50)
    for (const text of sealed) expect(Buffer.from(text, 'base64url').toString('latin1')).not.toContain('the text')
  })
})

describe('hashing with WebCrypto and with the synchronous platform', () => {
  test('both paths compute the same hash', async () => {
    for (const text of ['', 'abc', 'aä\u{1f600}', 'x'.repeat(9999)]) {
      expect(await paths.web.sha256(text)).toBe(await paths.synchronous.sha256(text))
      for (const digest of ['SHA-256', 'SHA-512'] as const) {
        expect(await paths.web.leftHalfHash(text, digest)).toBe(await paths.synchronous.leftHalfHash(text, digest))
      }
    }
  })

  test('both paths compute the same HMAC, for secrets and texts of any characters', async () => {
    for (const key of ['k', secret, 'ä\u{1f600}', '\ud800', 'x'.repeat(200)]) {
      for (const text of ['', 'abc', 'a\0b', 'aä\u{1f600}', '\udc00', 'x'.repeat(9999)]) {
        expect(await paths.web.hmacBase64(key, text)).toBe(await paths.synchronous.hmacBase64(key, text))
      }
    }
  })
})

describe('base64url with and without the Buffer of the platform', () => {
  test('both paths encode bytes of every length, also a part of a buffer', () => {
    const bytes = Uint8Array.from({ length: 310 }, (_, index) => (index * 167) & 0xff)
    for (let length = 0; length <= 300; length++) {
      const part = bytes.subarray(7, 7 + length)
      const text = paths.synchronous.encodeBase64url(part)
      expect(paths.web.encodeBase64url(part)).toBe(text)
      expect(paths.web.decodeBase64url(text)).toEqual(Uint8Array.from(part))
    }
  })

  test('both paths encode text as UTF-8, half of a surrogate pair included', () => {
    for (const text of ['', 'a', 'ab', 'abc', 'aä\u{1f600}', 'a\ud800b', 'x'.repeat(5000)]) {
      const encoded = paths.synchronous.encodeTextBase64url(text)
      expect(paths.web.encodeTextBase64url(text)).toBe(encoded)
      const bytes = paths.web.encodeUtf8(text)
      expect(paths.web.decodeBase64url(encoded)).toEqual(bytes)
      for (const path of names) {
        expect(Uint8Array.from(paths[path].encodeUtf8(text))).toEqual(bytes)
        expect(Uint8Array.from(paths[path].encodeUtf8InPool(text))).toEqual(bytes)
      }
    }
  })
})

describe('signing with WebCrypto and with the synchronous platform', () => {
  test.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('jose accepts the %s signatures of both paths', async (alg) => {
    const pair = await generateKeyPair(alg, { extractable: true, ...(alg === 'EdDSA' && { crv: 'Ed25519' }) })
    const privateJwk = await exportJWK(pair.privateKey)
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k', alg } as JWK] })
    for (const path of names) {
      const signer = await paths[path].importSigner(privateJwk, alg)
      for (const sub of ['user', 'ä\u{1f600}']) {
        const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
        const text = `${part({ alg, kid: 'k' })}.${part({ sub })}`
        const jwt = `${text}.${Buffer.from(await signer(text)).toString('base64url')}`
        expect((await jwtVerify(jwt, keys, { algorithms: [alg] })).payload.sub).toBe(sub)
        await expect(jwtVerify(jwt.replace(/.\./, 'A.'), keys)).rejects.toThrow()
      }
    }
  })

  test.each(names)('the %s path refuses an algorithm that it does not know', async (path) => {
    const { privateKey } = await generateKeyPair('ES384', { extractable: true })
    await expect(paths[path].importSigner(await exportJWK(privateKey), 'ES384')).rejects.toThrow(TypeError)
    await expect(paths[path].importSigner({ kty: 'oct', k: 'AAAA' }, 'HS256')).rejects.toThrow()
  })
})
