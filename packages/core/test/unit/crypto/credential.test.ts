import { seededRandom } from '@oauth/core/testing'
import { describe, expect, test } from 'vitest'
import {
  createCredential,
  createId,
  createRandomId,
  credentialId,
  isCredential,
} from '../../../src/crypto/credential.ts'
import { randomBytes } from '../../../src/crypto/random.ts'

const random = { bytes: randomBytes }
const realm = 'https://id.example.com/auth'

describe('ids of credentials', () => {
  test('sort by time as text, byte by byte, across every carry', () => {
    const times = [
      0,
      1,
      31,
      32,
      255,
      256,
      1023,
      1024,
      65_535,
      65_536,
      1_800_000_000,
      1_800_000_001,
      2 ** 32,
      2 ** 40 - 1,
    ]
    const ids = times.map((now) => createId('g', now, random))
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('ids of credentials have a letter and 24 lower-case characters, and are never equal', () => {
    const ids = Array.from({ length: 2000 }, () => createId('i', 1_800_000_000, random))
    for (const id of ids) expect(id).toMatch(/^i[0-9a-v]{24}$/)
    expect(new Set(ids).size).toBe(2000)
    // The last twelve characters are 60 of the 64 random bits, so no two ids may share them.
    expect(new Set(ids.map((id) => id.slice(13))).size).toBe(2000)
  })

  test('an id of 15 bytes is their number with 32 digits, for every bit in every position', () => {
    for (let bit = 0; bit < 120; bit++) {
      const number = (1n << BigInt(bit)) | (0x5an << BigInt((bit * 7) % 112))
      const hex = number.toString(16).padStart(30, '0')
      expect(createRandomId({ bytes: () => Buffer.from(hex, 'hex') })).toBe(number.toString(32).padStart(24, '0'))
    }
  })

  test('ids of one second grow with each call, also while ids of several kinds are made, and each next second has larger ones', () => {
    const ids: string[] = []
    for (const now of [1_800_000_000, 1_800_000_001, 1_800_000_002]) {
      for (let index = 0; index < 10_000; index++) ids.push(createId('acgr'.charAt(index % 4), now, random).slice(1))
    }
    expect([...ids].sort()).toEqual(ids)
    expect(new Set(ids).size).toBe(30_000)
  })

  test('more ids in one second than the counter has numbers are still different, and sort into their second', () => {
    const ids = Array.from({ length: 70_000 }, () => createId('g', 1_800_000_000, random))
    expect(new Set(ids).size).toBe(70_000)
    const next = createId('g', 1_800_000_001, random)
    expect(ids.every((id) => id < next)).toBe(true)
  })

  test('the counter in an id starts at another number in each second, so that ids do not tell how many there were', () => {
    const counted = (id: string) => Number.parseInt(id.slice(9, 12), 32)
    const starts = Array.from({ length: 200 }, (_, second) => counted(createId('g', 1_800_000_000 + second, random)))
    expect(new Set(starts).size).toBeGreaterThan(150)
    // A clock that is set back starts another count.
    const [first, second, third] = [5, 4, 5].map((now) => createId('g', now, random))
    expect(new Set([first, second, third]).size).toBe(3)
  })

  test('two processes that make ids at the same second, with the same counter, make different ids', () => {
    // A source of randomness has a counter of its own, like a process. Both begin with the same number here.
    const process = (seed: number) => {
      const random = seededRandom(seed)
      return { bytes: (length: number) => (length === 2 ? Uint8Array.of(0, 0) : random.bytes(length)) }
    }
    const [one, two] = [process(5), process(6)] as const
    const ids = Array.from({ length: 2000 }, () => [createId('a', 7, one), createId('a', 7, two)]).flat()
    expect(new Set(ids.map((id) => id.slice(0, 12))).size).toBeLessThanOrEqual(2000)
    expect(new Set(ids).size).toBe(4000)
  })

  test('ids of credentials have 120 bits when they consist of randomness alone', () => {
    const ids = Array.from({ length: 500 }, () => createRandomId(random))
    for (const id of ids) expect(id).toMatch(/^[0-9a-v]{24}$/)
    expect(new Set(ids).size).toBe(500)
  })

  test('ids depend on time and randomness alone', () => {
    expect(createId('g', 1, seededRandom(5))).toBe(createId('g', 1, seededRandom(5)))
    expect(createId('g', 1, seededRandom(5))).not.toBe(createId('g', 1, seededRandom(6)))
  })
})

describe('credentials', () => {
  test('consist of the id and 256 bits, and only the hash of the whole text is for storage', async () => {
    const { text, id, secretHash } = await createCredential('r', realm, 1_800_000_000, random)
    expect(text).toMatch(/^r[0-9a-v]{24}[A-Za-z0-9_-]{43}$/)
    expect(text.startsWith(id)).toBe(true)
    expect(secretHash).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(secretHash).not.toContain(text.slice(25))
    expect(credentialId('r', text)).toBe(id)
    expect(await isCredential(text, realm, secretHash)).toBe(true)
    const other = await createCredential('r', realm, 1_800_000_000, random)
    expect(await isCredential(other.text, realm, secretHash)).toBe(false)
    expect(await isCredential(id + other.text.slice(25), realm, secretHash)).toBe(false)
  })

  test('credentials of one issuer are unknown to another issuer, and no two share a digest', async () => {
    const { text, secretHash } = await createCredential('c', realm, 1, random)
    for (const other of ['', `${realm}/`, `${realm} `, 'https://other.example.com/auth']) {
      expect(await isCredential(text, other, secretHash)).toBe(false)
      expect(await isCredential(`${text} `, other, secretHash)).toBe(false)
    }
    expect(await isCredential(text, realm, '')).toBe(false)
  })

  test('credentials of one kind are not accepted as another kind', async () => {
    for (const kind of ['a', 'c', 'r'] as const) {
      const { text, id } = await createCredential(kind, realm, 1, random)
      for (const asked of ['a', 'c', 'r'] as const) {
        expect(credentialId(asked, text)).toBe(asked === kind ? id : undefined)
      }
    }
  })

  test('credentials are parsed strictly', async () => {
    const { text } = await createCredential('a', realm, 1_800_000_000, random)
    const bad = [
      '',
      'a',
      text.slice(0, -1),
      `${text}A`,
      ` ${text.slice(1)}`,
      `${text.slice(0, -1)}\n`,
      `${text.slice(0, -1)}=`,
      `${text.slice(0, -1)}+`,
      `${text.slice(0, -1)}ä`,
      text.toUpperCase(),
      `A${text.slice(1)}`,
      `a${'0'.repeat(23)}A${text.slice(25)}`,
      `a${'0'.repeat(23)}w${text.slice(25)}`,
      `a${'0'.repeat(23)}-${text.slice(25)}`,
      `a${'0'.repeat(23)}'${text.slice(25)}`,
      `a${'0'.repeat(23)}%${text.slice(25)}`,
    ]
    for (const one of bad) expect([one, credentialId('a', one)]).toEqual([one, undefined])
    expect(credentialId('a', `a${'0'.repeat(24)}${text.slice(25)}`)).toBe(`a${'0'.repeat(24)}`)
  })
})
