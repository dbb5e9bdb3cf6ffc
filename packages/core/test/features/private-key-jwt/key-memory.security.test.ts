import { expect, test } from 'vitest'
import type { Context } from '../../../src/contracts/context.ts'
import { clientEncryptionKeys, clientKeys } from '../../../src/keys/client-keys.ts'
import type { PublicKeySet } from '../../../src/protocol/feature-client-metadata.ts'
import { clientKey } from '../../support/client-keys.ts'

/** The keys that the server keeps of a key set. */
async function keptOf(...keys: readonly object[]) {
  const jwks = { keys } as unknown as PublicKeySet
  return (await clientKeys({} as Context, { id: 'client', metadata: { jwks } }))?.map(({ jwk }) => jwk)
}

test('of a key set the server keeps what verifies signatures, and not what else a stranger publishes with it (G26)', async () => {
  const { publicJwk } = await clientKey()
  const { kty, crv, x, y, kid } = publicJwk
  const padding = 'x'.repeat(100_000)
  const padded = { ...publicJwk, use: 'sig', key_ops: ['verify'], x5c: [padding], note: padding }
  expect(await keptOf(padded)).toEqual([{ kty, crv, x, y, kid }])
  expect(await keptOf({ ...padded, alg: 'ES256' })).toEqual([{ kty, crv, x, y, kid, alg: 'ES256' }])
  expect(await keptOf({ ...padded, alg: padding })).toEqual([])
})

test('a key for encryption is kept without what a stranger publishes with it, and a use that is unknown is for nothing (G26)', async () => {
  const { publicJwk } = await clientKey()
  const { kty, crv, x, y } = publicJwk
  const encryptionKeysOf = async (use: unknown) => {
    const jwks = { keys: [{ kty, crv, x, y, use, x5c: ['x'.repeat(100_000)] }] } as unknown as PublicKeySet
    return (await clientEncryptionKeys({} as Context, { id: 'client', metadata: { jwks } }))?.map(({ jwk }) => jwk)
  }
  expect(await encryptionKeysOf('enc')).toEqual([{ kty, crv, x, y, use: 'enc' }])
  expect(await encryptionKeysOf('x'.repeat(100_000))).toEqual([])
})
