import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { OAuthEvent } from '../contracts/events.ts'
import type { Sealer } from '../crypto/seal.ts'
import { importSigner, type Signer } from '../crypto/signer.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'

/** A stored key with its imported halves. */
export interface LoadedKey extends SigningKeyRecord {
  readonly verifier: CryptoKey
  /** Absent when the private half was sealed with a secret that we do not have. */
  readonly signer?: Signer
}

/** Imports a key once for all its signatures. What cannot be unsealed still verifies, and is told about, not thrown. */
export async function loadSigningKey(
  record: SigningKeyRecord,
  sealers: readonly Sealer[],
  emit: (event: OAuthEvent) => void,
): Promise<LoadedKey> {
  const verifier = (await importJWK(JSON.parse(record.publicKey) as JWK, record.algorithm)) as CryptoKey
  for (const sealer of sealers) {
    const privateKey = await sealer.unseal(record.sealedPrivateKey, record.id)
    if (privateKey === undefined) continue
    return { ...record, verifier, signer: await importSigner(JSON.parse(privateKey) as JWK, record.algorithm) }
  }
  emit({ type: 'signing_key.unsealable', keyId: record.id, algorithm: record.algorithm })
  return { ...record, verifier }
}
