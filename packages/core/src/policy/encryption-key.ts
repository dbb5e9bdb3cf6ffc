import type { SigningKeyRecord } from '../storage/signing-key.ts'

/**
 * The kinds of encryption keys, by the algorithm under which they are stored. An RSA key is for every RSA-OAEP, a key on
 * P-256 for every ECDH-ES.
 */
export type EncryptionKeyKind = 'RSA-OAEP-256' | 'ECDH-ES'

/** Returns the kind of key that a JWE key management algorithm needs. */
export function keyKindOf(algorithm: string): EncryptionKeyKind {
  return algorithm.startsWith('ECDH-ES') ? 'ECDH-ES' : 'RSA-OAEP-256'
}

/** Tells encryption keys from the signing keys that are stored in the same table: no algorithm is for both. */
export function isEncryptionKey({ algorithm }: Pick<SigningKeyRecord, 'algorithm'>): boolean {
  return algorithm === 'ECDH-ES' || algorithm === 'RSA-OAEP-256'
}
