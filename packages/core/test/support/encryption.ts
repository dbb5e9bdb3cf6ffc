import { type CryptoKey, compactDecrypt, exportJWK, generateKeyPair, type JWK } from 'jose'

/** A key pair for encryption. */
export interface EncryptionPair {
  readonly publicJwk: JWK
  readonly privateKey: CryptoKey
}

/**
 * Makes a key pair for a JWE algorithm.
 * @param more further members of the public JWK, for instance `use`
 * @param crv the curve of a key for ECDH
 */
export async function encryptionPair(algorithm = 'ECDH-ES', more: object = {}, crv?: string): Promise<EncryptionPair> {
  const pair = await generateKeyPair(algorithm, { extractable: true, ...(crv !== undefined && { crv }) })
  return { privateKey: pair.privateKey, publicJwk: { ...(await exportJWK(pair.publicKey)), ...more } }
}

/** Decrypts a JWE in compact form. */
export async function decrypt(jwe: string, { privateKey }: EncryptionPair): Promise<string> {
  return new TextDecoder().decode((await compactDecrypt(jwe, privateKey)).plaintext)
}
