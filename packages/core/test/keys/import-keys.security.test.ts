import { generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto'
import type { SigningKeyImport } from '@oauth/core'
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { getTokens, registerConfidential } from '../support/client.ts'
import { createQuickWorld } from '../support/tokens.ts'
import type { World } from '../support/world.ts'

/** Makes a private ES256 key as another server has it. */
function foreignKey(kid: string): SigningKeyImport {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig', iat: 1, note: 'of the old server' }
}

/** Signs a JWT as the other server did. */
function foreignJwt(key: SigningKeyImport, claims: object): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: 'ES256', kid: key.kid })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(text), {
    key: key as unknown as JsonWebKey,
    format: 'jwk',
    dsaEncoding: 'ieee-p1363',
  } as never)
  return `${text}.${signature.toString('base64url')}`
}

const jwksOf = async (world: World) => {
  const response = await world.provider.fetch(new Request(`${world.issuer}/jwks`))
  return (await response.json()) as { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}

test('a client verifies tokens of both servers by the JWKS, and the newest imported key signs until it is rotated', async () => {
  const world = createQuickWorld()
  const [older, newer] = [foreignKey('old-1'), foreignKey('old/2')]
  const listed = await world.provider.importSigningKeys([older, newer])
  expect(listed.map(({ id, state }) => [id, state])).toEqual([
    [older.kid, 'retired'],
    [newer.kid, 'active'],
  ])
  const verify = createRemoteJWKSet(new URL(`${world.issuer}/jwks`), {
    [customFetch]: (url: string, init: RequestInit) => world.provider.fetch(new Request(url, init)),
  } as never)
  for (const key of [older, newer]) {
    const { payload } = await jwtVerify(foreignJwt(key, { sub: 'user-1' }), verify)
    expect(payload.sub).toBe('user-1')
  }
  const client = await registerConfidential(world)
  const idToken = async (): Promise<string> => String((await getTokens(world, client)).id_token)
  expect(decodeProtectedHeader(await idToken()).kid).toBe(newer.kid)
  await world.provider.rotateSigningKeys({ activateAfter: 0 })
  expect(decodeProtectedHeader(await idToken()).kid).not.toBe(newer.kid)
})

test('the JWKS, the events and the storage show no private part and no other member of an imported key', async () => {
  const world = createQuickWorld()
  const key = foreignKey('old-1')
  await world.provider.importSigningKeys([key])
  const [published] = (await jwksOf(world)).keys
  const { crv, x, y } = key
  expect(published).toEqual({ kty: 'EC', crv, x, y, kid: 'old-1', alg: 'ES256', use: 'sig' })
  const seen = JSON.stringify([world.events, await world.storage.signingKeys.list()])
  expect(seen).not.toContain(String(key.d))
  expect(seen).not.toContain('of the old server')
})

describe('importing keys again', () => {
  test('changes nothing, also after a rotation, and finishes an import that stopped half way', async () => {
    const world = createQuickWorld()
    const keys = [foreignKey('old-1'), foreignKey('old-2')]
    await world.provider.importSigningKeys(keys.slice(0, 1))
    await world.provider.importSigningKeys(keys)
    await world.provider.rotateSigningKeys({ activateAfter: 0 })
    const before = await world.storage.signingKeys.list()
    await world.provider.importSigningKeys(keys)
    expect(await world.storage.signingKeys.list()).toEqual(before)
    expect(before).toHaveLength(3)
  })

  test('a server that has made a key takes none: the imported one would sign in its place', async () => {
    const world = createQuickWorld()
    await world.provider.ready()
    await expect(world.provider.importSigningKeys([foreignKey('old-1')])).rejects.toThrow('before its first signature')
    expect(await world.storage.signingKeys.list()).toHaveLength(1)
  })
})

const good = foreignKey('old-1')
const { d: _, ...publicPart } = good
test.each<readonly [string, unknown, string]>([
  ['no list', { keys: [good] }, 'must be a list'],
  ['an empty list', [], 'must be a list'],
  ['a public key', [publicPart], 'is no private ES256 key'],
  ['a key without kid', [{ ...good, kid: undefined }], 'has no kid'],
  ['a kid with a line feed', [{ ...good, kid: 'a\nb' }], 'has no kid'],
  ['a key without alg', [{ ...good, alg: undefined }], 'has no alg'],
  ['a symmetric key', [{ kty: 'oct', k: 'c2VjcmV0', kid: 'a', alg: 'HS256' }], 'has no alg out of'],
  ['an algorithm of the prototype', [{ ...good, alg: 'constructor' }], 'has no alg out of'],
  [
    'an algorithm that the server does not sign with',
    [{ ...good, alg: 'RS256' }],
    'add it to idTokenSigningAlgorithms',
  ],
  ['another curve', [{ ...good, crv: 'P-384' }], 'is no private ES256 key'],
  ['the private part of another key', [{ ...good, d: foreignKey('x').d }], 'does not fit its public part'],
  ['two keys with one kid', [good, { ...foreignKey('old-1') }], 'two keys have one kid'],
])(
  'importSigningKeys refuses %s, with nothing of the key in the text, and stores nothing',
  async (_name, keys, text) => {
    const world = createQuickWorld()
    const failed = await world.provider.importSigningKeys(keys as SigningKeyImport[]).catch((error: unknown) => error)
    expect(String(failed)).toMatch(new RegExp(text))
    expect(failed).toBeInstanceOf(TypeError)
    expect(String(failed)).not.toContain(String(good.d))
    expect(await world.storage.signingKeys.list()).toEqual([])
  },
)

test('a weak RSA key is refused', async () => {
  const world = createQuickWorld({ idTokenSigningAlgorithm: 'RS256', accessTokenSigningAlgorithm: 'RS256' })
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const jwk = { ...privateKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' } as SigningKeyImport
  await expect(world.provider.importSigningKeys([jwk])).rejects.toThrow('fewer than 2048 bits')
})
