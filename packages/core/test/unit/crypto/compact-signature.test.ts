import { CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK } from 'jose'
import { describe, expect, it } from 'vitest'
import { verifyCompact } from '../../../src/crypto/compact-signature.ts'

const payload = new TextEncoder().encode(JSON.stringify({ sub: 'somebody' }))

async function signed(alg: string, header: Record<string, unknown> = {}) {
  const pair = await generateKeyPair(alg, { extractable: true })
  const jws = await new CompactSign(payload).setProtectedHeader({ alg, ...header }).sign(pair.privateKey)
  return { ...pair, jws, parts: jws.split('.') as [string, string, string] }
}

describe.each(['ES256', 'EdDSA', 'Ed25519', 'RS256', 'PS256'])('a signature with %s in compact form', (alg) => {
  it('is good with its key', async () => {
    const { jws, publicKey } = await signed(alg)
    expect(await verifyCompact(jws, publicKey, alg)).toBe(true)
  })

  it('is refused with another key, another payload, another header and a signature that was cut or changed', async () => {
    const { jws, publicKey, parts } = await signed(alg)
    const [header, body, signature] = parts
    const other = await signed(alg)
    const bytes = Buffer.from(signature, 'base64url')
    bytes[5] = (bytes[5] as number) ^ 1
    const changedBody = Buffer.from('{"sub":"another"}').toString('base64url')
    const changedHeader = Buffer.from(JSON.stringify({ alg, typ: 'x' })).toString('base64url')
    expect(await verifyCompact(jws, other.publicKey, alg)).toBe(false)
    for (const wrong of [
      `${header}.${changedBody}.${signature}`,
      `${changedHeader}.${body}.${signature}`,
      `${header}.${body}.${bytes.toString('base64url')}`,
      `${header}.${body}.${signature.slice(0, -6)}`,
      `${header}.${body}.`,
      `${header}.${body}`,
      `${jws}.${signature}`,
      `${header}.${body}.${'0'.repeat(signature.length)}`,
    ]) {
      expect(await verifyCompact(wrong, publicKey, alg), wrong).toBe(false)
    }
  })

  it('is refused when the header names another algorithm, or has crit', async () => {
    const { publicKey, privateKey, jws } = await signed(alg)
    const other = alg === 'RS256' ? 'PS256' : 'RS256'
    expect(await verifyCompact(jws, publicKey, other)).toBe(false)
    const critical = await new CompactSign(payload)
      .setProtectedHeader({ alg, crit: ['exp'], exp: 1 })
      .sign(privateKey, { crit: { exp: true } })
    expect(await verifyCompact(critical, publicKey, alg)).toBe(false)
  })

  it('is refused with the private key, which verifies nothing', async () => {
    const { jws, privateKey } = await signed(alg)
    expect(await verifyCompact(jws, privateKey, alg)).toBe(false)
  })
})

it('a signature that jose refuses for its key is refused: another hash, another curve, another salt', async () => {
  const { jws, publicKey } = await signed('RS256')
  const sha512 = await importJWK(await exportJWK(publicKey), 'RS512')
  expect(await verifyCompact(jws, sha512, 'RS256')).toBe(false)
  const pss = await importJWK(await exportJWK(publicKey), 'PS256')
  expect(await verifyCompact(jws, pss, 'RS256')).toBe(false)
  await expect(compactVerify(jws, pss, { algorithms: ['RS256'] })).rejects.toThrow()
  const der = await signed('ES256')
  const raw = Buffer.from(der.parts[2], 'base64url')
  const integer = (bytes: Buffer) => {
    const positive = (bytes[0] as number) > 127 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
    return Buffer.concat([Buffer.of(2, positive.length), positive])
  }
  const both = Buffer.concat([integer(raw.subarray(0, 32)), integer(raw.subarray(32))])
  const asDer = Buffer.concat([Buffer.of(0x30, both.length), both]).toString('base64url')
  expect(await verifyCompact(`${der.parts[0]}.${der.parts[1]}.${asDer}`, der.publicKey, 'ES256')).toBe(false)
})
