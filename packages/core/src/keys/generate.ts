import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { Sealer } from '../crypto/seal.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** The purpose under which signing keys are encrypted, so that their key differs from every other use of the secret. */
export const sealingPurpose = 'oauth/signing-key'

export interface NewKey {
  readonly algorithm: string
  readonly generation: number
  readonly now: number
  readonly activatesAt: number
}

/** Makes a new key pair and encrypts its private key. RSA keys have 2048 bits. */
export async function generateSigningKey(key: NewKey, sealer: Sealer): Promise<SigningKeyRecord> {
  const curve = key.algorithm === 'EdDSA' ? { crv: 'Ed25519' } : {}
  const { publicKey, privateKey } = await generateKeyPair(key.algorithm, { extractable: true, ...curve })
  const publicJwk = await exportJWK(publicKey)
  const id = await calculateJwkThumbprint(publicJwk)
  const published = { ...publicJwk, kid: id, alg: key.algorithm, use: 'sig' }
  return {
    id,
    algorithm: key.algorithm,
    generation: key.generation,
    publicKey: JSON.stringify(published),
    sealedPrivateKey: await sealer.seal(JSON.stringify(await exportJWK(privateKey)), id),
    createdAt: key.now,
    activatesAt: key.activatesAt,
  }
}
