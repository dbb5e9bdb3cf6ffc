import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { ecdsaSignatureFromDer } from '@oauth/core/external-signing-keys'
import { describe, expect, test } from 'vitest'

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'))

describe('ecdsaSignatureFromDer', () => {
  test('it converts every signature of OpenSSL, those with short and padded numbers too', () => {
    const lengths = new Set<number>()
    for (let index = 0; index < 2000; index++) {
      const data = Buffer.from(`message ${index}`)
      const der = sign('sha256', data, privateKey)
      lengths.add(der.length)
      const raw = ecdsaSignatureFromDer(der)
      expect(raw).toHaveLength(64)
      expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true)
    }
    expect(lengths.size).toBeGreaterThan(2)
  })

  test('small numbers are padded with zeros at their start', () => {
    const raw = ecdsaSignatureFromDer(bytes('300702010102020080'))
    expect(Buffer.from(raw).toString('hex')).toBe(`${'00'.repeat(31)}01${'00'.repeat(31)}80`)
  })

  test.each([
    ['nothing', ''],
    ['a raw signature', '11'.repeat(64)],
    ['a wrong length', '3007020101020101'],
    ['a byte after the end', '300602010102010100'],
    ['a byte after the numbers', '30070201010201017f'],
    ['one number', '3003020101'],
    ['a number without digits', '30050200020101'],
    ['a number that goes beyond the end', '3006020101020501'],
    ['a negative number', '3006020181020101'],
    ['a number with needless zeros', '300702020001020101'],
    ['a number of 33 bytes', `30260221${'11'.repeat(33)}020101`],
    [
      'a signature of curve P-384',
      sign('sha384', Buffer.from('x'), generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey).toString('hex'),
    ],
  ])('%s is a TypeError', (_, hex) => {
    expect(() => ecdsaSignatureFromDer(bytes(hex))).toThrow(TypeError)
  })
})
