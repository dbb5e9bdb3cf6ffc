import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Sealer } from '../crypto/seal.ts'
import { importSigner, type Signer } from '../crypto/signer.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** A stored key with its public and private key imported. */
export interface LoadedKey extends SigningKeyRecord {
  readonly verifier: CryptoKey
  /** Absent when the private key was encrypted with a secret that this process does not have. */
  readonly signer?: Signer
}

/** A key whose private key this process could decrypt, so that it can sign. */
export type OpenKey = LoadedKey & { readonly signer: Signer }

export function isOpen(key: LoadedKey): key is OpenKey {
  return key.signer !== undefined
}

/** Imports a stored key. A key whose private key cannot be decrypted still verifies signatures. */
export async function loadSigningKey(record: SigningKeyRecord, sealers: readonly Sealer[]): Promise<LoadedKey> {
  const verifier = (await importJWK(JSON.parse(record.publicKey) as JWK, record.algorithm)) as CryptoKey
  for (const sealer of sealers) {
    const privateKey = await sealer.unseal(record.sealedPrivateKey, record.id)
    if (privateKey === undefined) continue
    return { ...record, verifier, signer: await importSigner(JSON.parse(privateKey) as JWK, record.algorithm) }
  }
  return { ...record, verifier }
}
