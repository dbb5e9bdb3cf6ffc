import { type CryptoKey, compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair, type JWK } from 'jose'

/** A key to which a client has responses encrypted. */
export interface DecryptionKey {
  readonly publicJwk: JWK
  readonly privateKey: CryptoKey
}

/** Makes a key for `ECDH-ES`, which is quick to make. */
export async function decryptionKey(members: object = {}): Promise<DecryptionKey> {
  const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { extractable: true })
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), use: 'enc', kid: 'enc-1', ...members } }
}

/** Decrypts a response, and returns the signed JWT in it with the header of the JWE. */
export async function decryptResponse(jwe: string, { privateKey }: DecryptionKey) {
  const { plaintext } = await compactDecrypt(jwe, privateKey)
  return { header: decodeProtectedHeader(jwe), jwt: new TextDecoder().decode(plaintext) }
}
