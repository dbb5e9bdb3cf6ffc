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
    // The last sixteen characters are 80 random bits, so no two ids may share them.
    expect(new Set(ids.map((id) => id.slice(9))).size).toBe(2000)
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
