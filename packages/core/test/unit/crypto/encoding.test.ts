import { createHash, randomBytes as nodeRandomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decodeBase64url, decodeUtf8, encodeBase64url, encodeUtf8 } from '../../../src/crypto/base64url.ts'
import { leftHalfHash, sha256 } from '../../../src/crypto/hash.ts'
import { hmacBase64 } from '../../../src/crypto/hmac.ts'
import { randomBytes } from '../../../src/crypto/random.ts'
import { timingSafeEqual } from '../../../src/crypto/timing-safe-equal.ts'

describe('base64url (RFC 4648 section 5)', () => {
  test('encodes and decodes like Buffer for every length up to 300', () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = nodeRandomBytes(length)
      const text = bytes.toString('base64url')
      expect(encodeBase64url(bytes)).toBe(text)
      expect(Buffer.from(decodeBase64url(text) ?? 'nothing')).toEqual(bytes)
    }
  })

  test('encodes and decodes like Buffer for every byte in every position', () => {
    for (let value = 0; value < 256; value++) {
      for (const bytes of [[value], [0, value], [255, 0, value], [value, 255]]) {
        const text = Buffer.from(bytes).toString('base64url')
        expect(encodeBase64url(Uint8Array.from(bytes))).toBe(text)
        expect([...(decodeBase64url(text) ?? [])]).toEqual(bytes)
      }
    }
  })

  test.each([
    ['padding', 'AA=='],
    ['the other alphabet', '+/+/'],
    ['one character', 'A'],
    ['five characters', 'AAAAA'],
    ['white space', 'AA A'],
    ['a line end', 'AAAA\n'],
    ['a character beyond ASCII', 'AAAÄ'],
    ['a character far beyond ASCII', 'AAA\u{1f600}'],
    ['a NUL', 'AAA\u0000'],
  ])('base64url does not decode text with %s', (_, text) => {
    expect(decodeBase64url(text)).toBeUndefined()
  })

  test('base64url has one spelling for each value, in which unused bits are zero', () => {
    for (const text of ['AB', 'A_', 'AAB', 'AA_', `${'A'.repeat(42)}B`]) expect(decodeBase64url(text)).toBeUndefined()
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const last of alphabet) {
      const bytes = decodeBase64url(`A${last}`)
      if (bytes !== undefined) expect(encodeBase64url(bytes)).toBe(`A${last}`)
    }
    expect([...alphabet].filter((last) => decodeBase64url(`A${last}`) !== undefined).length).toBe(4)
    expect([...alphabet].filter((last) => decodeBase64url(`AA${last}`) !== undefined).length).toBe(16)
  })

  test('decodes UTF-8 strictly', () => {
    expect(decodeUtf8(encodeUtf8('aä\u{1f600}'))).toBe('aä\u{1f600}')
    for (const bytes of [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80]]) {
      expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined()
    }
  })
})

describe('digests', () => {
  test.each(['', 'abc', 'aä\u{1f600}', 'x'.repeat(10_000)])('sha256 agrees with node:crypto', async (text) => {
    expect(await sha256(text)).toBe(createHash('sha256').update(text).digest('base64url'))
  })

  test('sha256 makes the challenge of RFC 7636 appendix B', async () => {
    expect(await sha256('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
      'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    )
  })

  test.each(['SHA-256', 'SHA-512'] as const)('leftHalfHash returns the left half of %s', async (digest) => {
    const bytes = createHash(digest.replace('-', '').toLowerCase()).update('token').digest()
    expect(await leftHalfHash('token', digest)).toBe(bytes.subarray(0, bytes.length / 2).toString('base64url'))
  })

  test('hmacBase64 agrees with test case 2 of RFC 4231', async () => {
    const bytes = Buffer.from(await hmacBase64('Jefe', 'what do ya want for nothing?'), 'base64')
    expect(bytes.toString('hex')).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843')
  })
})

describe('random bytes from the pool', () => {
  test('random bytes from the pool never repeat over many pools', () => {
    const seen = new Set<string>()
    for (let index = 0; index < 5000; index++) seen.add(Buffer.from(randomBytes(16)).toString('hex'))
    expect(seen.size).toBe(5000)
  })

  test.each([0, 1, 10, 32, 1024, 1025, 4096, 60_000])(
    'random bytes from the pool have the requested length of %i',
    (length) => {
      const bytes = randomBytes(length)
      expect(bytes.length).toBe(length)
      if (length >= 32) expect(bytes.some((byte) => byte !== 0)).toBe(true)
    },
  )

  test('belong to their caller: changing them changes no other bytes, earlier or later', () => {
    const before = randomBytes(32)
    const copy = Uint8Array.from(before)
    const others = Array.from({ length: 200 }, () => randomBytes(32))
    expect(before).toEqual(copy)
    before.fill(7)
    for (const other of others) {
      expect(other.buffer).not.toBe(before.buffer)
      expect(other.buffer.byteLength).toBe(32)
      expect(other.every((byte) => byte === 7)).toBe(false)
    }
  })

  test('random bytes from the pool have every value about equally often', () => {
    const counts = new Array<number>(256).fill(0)
    for (let index = 0; index < 4000; index++)
      for (const byte of randomBytes(32)) counts[byte] = (counts[byte] ?? 0) + 1
    // Each value is expected 500 times, with a standard deviation of 22.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(200)
  })
})

test.each([
  ['', '', true],
  ['abc', 'abc', true],
  ['abc', 'abd', false],
  ['abc', 'xbc', false],
  ['abc', 'ab', false],
  ['', 'a', false],
  ['a\u0000', 'a', false],
  ['ä', 'Ã¤', false],
  ['a', '\u0161', false],
])('timingSafeEqual(%j, %j) is %s', (left, right, expected) => {
  expect(timingSafeEqual(left, right)).toBe(expected)
})
