import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Sealer } from '../crypto/seal.ts'
import { importSigner, type Signer } from '../crypto/signer.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** A stored key with its imported halves. */
export interface LoadedKey extends SigningKeyRecord {
  readonly verifier: CryptoKey
  /** Absent when the private half was sealed with a secret that we do not have. */
  readonly signer?: Signer
}

/** A key that can sign. */
export type OpenKey = LoadedKey & { readonly signer: Signer }

export function isOpen(key: LoadedKey): key is OpenKey {
  return key.signer !== undefined
}

/** Imports a key once for all its signatures. What cannot be unsealed still verifies. */
export async function loadSigningKey(record: SigningKeyRecord, sealers: readonly Sealer[]): Promise<LoadedKey> {
  const verifier = (await importJWK(JSON.parse(record.publicKey) as JWK, record.algorithm)) as CryptoKey
  for (const sealer of sealers) {
    const privateKey = await sealer.unseal(record.sealedPrivateKey, record.id)
    if (privateKey === undefined) continue
    return { ...record, verifier, signer: await importSigner(JSON.parse(privateKey) as JWK, record.algorithm) }
  }
  return { ...record, verifier }
}
