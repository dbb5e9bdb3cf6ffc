import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import type { Sealer } from '../crypto/seal.ts'
import type { EncryptionKeyKind } from '../policy/encryption-key.ts'
import type { SigningKeyRecord } from '../storage/signing-key.ts'

/**
 * The purpose under which encryption keys are sealed. It is not that of signing keys, so that no mistake in the storage can
 * turn one into the other.
 */
export const encryptionSealingPurpose = 'oauth/encryption-key'

/** A stored encryption key. */
export interface LoadedEncryptionKey extends SigningKeyRecord {
  /**
   * Imports the private key for an algorithm, once. Absent when the key was sealed with a secret that this process does not
   * have.
   */
  readonly open?: (algorithm: string) => Promise<CryptoKey>
}

export type OpenEncryptionKey = LoadedEncryptionKey & Required<Pick<LoadedEncryptionKey, 'open'>>

export function isOpenForDecryption(key: LoadedEncryptionKey): key is OpenEncryptionKey {
  return key.open !== undefined
}

/** Makes a new key pair and seals its private key. RSA keys have 2048 bits, the others are on P-256. */
export async function generateEncryptionKey(
  kind: EncryptionKeyKind,
  generation: number,
  now: number,
  sealer: Sealer,
): Promise<SigningKeyRecord> {
  const { publicKey, privateKey } = await generateKeyPair(kind, { extractable: true })
  const publicJwk = await exportJWK(publicKey)
  const id = await calculateJwkThumbprint(publicJwk)
  return {
    id,
    algorithm: kind,
    generation,
    // Without alg, since the key is for several.
    publicKey: JSON.stringify({ ...publicJwk, kid: id, use: 'enc' }),
    sealedPrivateKey: await sealer.seal(JSON.stringify(await exportJWK(privateKey)), id),
    createdAt: now,
    activatesAt: now,
  }
}

/** Decrypts the private key of a stored key, with the first secret that opens it. */
export async function loadEncryptionKey(
  record: SigningKeyRecord,
  sealers: readonly Sealer[],
): Promise<LoadedEncryptionKey> {
  for (const sealer of sealers) {
    const text = await sealer.unseal(record.sealedPrivateKey, record.id)
    if (text === undefined) continue
    const jwk = JSON.parse(text) as JWK
    const imported = new Map<string, Promise<CryptoKey>>()
    return {
      ...record,
      open(algorithm) {
        const known = imported.get(algorithm) ?? (importJWK({ ...jwk, alg: algorithm }) as Promise<CryptoKey>)
        imported.set(algorithm, known)
        return known
      },
    }
  }
  return record
}
