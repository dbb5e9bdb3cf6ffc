import {
  CompactEncrypt,
  type CryptoKey,
  compactDecrypt,
  decodeProtectedHeader,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose'
import { fetchJwks } from './keys.ts'
import type { World } from './world.ts'

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

/** Returns the keys that a server publishes for encryption. */
export async function serverEncryptionKeys(world: World): Promise<readonly JWK[]> {
  return ((await fetchJwks(world)).keys as readonly JWK[]).filter(({ use }) => use === 'enc')
}

/** Encrypts a text with a key that the server publishes. A header member that is `undefined` is left out. */
export async function encryptFor(
  world: World,
  text: string,
  header: { readonly [name: string]: unknown } = {},
): Promise<string> {
  const {
    alg = 'ECDH-ES',
    enc = 'A128CBC-HS256',
    ...others
  } = header as { readonly alg?: string; readonly enc?: string }
  const kty = alg.startsWith('RSA') ? 'RSA' : 'EC'
  const key = (await serverEncryptionKeys(world)).find((one) => one.kty === kty)
  if (key === undefined) throw new Error(`the server publishes no ${kty} key for encryption`)
  return encryptWith(key, text, { alg, enc, kid: key.kid, cty: 'JWT', ...others })
}

/** Encrypts a text with this public key. */
export async function encryptWith(
  key: JWK,
  text: string,
  header: { readonly alg: string; readonly enc: string; readonly [name: string]: unknown },
): Promise<string> {
  const said = JSON.parse(JSON.stringify(header)) as { readonly alg: string; readonly enc: string }
  return new CompactEncrypt(new TextEncoder().encode(text))
    .setProtectedHeader(said)
    .encrypt((await importJWK(key, header.alg)) as CryptoKey)
}

/** Makes a key for `ECDH-ES`, which is quick to make, with the members that clients publish. */
export const decryptionKey = (more: object = {}): Promise<EncryptionPair> =>
  encryptionPair('ECDH-ES', { use: 'enc', kid: 'enc-1', ...more })

/** Decrypts a response, and returns the signed JWT in it with the header of the JWE. */
export async function decryptResponse(jwe: string, key: EncryptionPair) {
  return { header: decodeProtectedHeader(jwe), jwt: await decrypt(jwe, key) }
}
