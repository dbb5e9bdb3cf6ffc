import { type CryptoKey, importJWK, type JWK } from 'jose'
import { platformProblem } from '../crypto/ml-dsa.ts'
import type { Sealer } from '../crypto/seal.ts'
import { importSigner, type Signer } from '../crypto/signer.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** A stored key with its public and private key imported. */
export interface LoadedKey extends SigningKeyRecord {
  /** Absent when this platform does not have the algorithm (ML-DSA): another process made the key. */
  readonly verifier?: Verifier
  /** Absent when the private key was encrypted with a secret that this process does not have. */
  readonly signer?: Signer
}

/** A key whose private key this process could decrypt, so that it can sign. */
export type OpenKey = LoadedKey & { readonly signer: Signer }

export function isOpen(key: LoadedKey): key is OpenKey {
  return key.signer !== undefined
}

/** A public key that was imported for verifying signatures. */
export type Verifier = CryptoKey

/** Imports a public key for verifying signatures. */
export async function importVerifier(publicKey: object, algorithm: string): Promise<Verifier> {
  return (await importJWK(publicKey as JWK, algorithm)) as CryptoKey
}

/**
 * Imports a stored key. A key whose private key cannot be decrypted still verifies signatures. A key of an algorithm that
 * this platform does not have is published and does nothing else.
 */
export async function loadSigningKey(record: SigningKeyRecord, sealers: readonly Sealer[]): Promise<LoadedKey> {
  if (platformProblem(record.algorithm) !== undefined) return record
  const verifier = await importVerifier(JSON.parse(record.publicKey) as object, record.algorithm)
  for (const sealer of sealers) {
    const privateKey = await sealer.unseal(record.sealedPrivateKey, record.id)
    if (privateKey === undefined) continue
    return { ...record, verifier, signer: await importSigner(JSON.parse(privateKey) as JWK, record.algorithm) }
  }
  return { ...record, verifier }
}
