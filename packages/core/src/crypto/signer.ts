import { type CryptoKey, importJWK, type JWK } from 'jose'
import { type Bytes, encodeUtf8, encodeUtf8InPool } from './base64url.ts'
import { synchronousCrypto } from './platform.ts'

/** Signs text with a private key that was imported once. */
export type Signer = (text: string) => Uint8Array | Promise<Uint8Array>

const webAlgorithms: Readonly<Record<string, AlgorithmIdentifier | RsaPssParams | EcdsaParams>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  'ML-DSA-44': { name: 'ML-DSA-44' },
  'ML-DSA-65': { name: 'ML-DSA-65' },
  'ML-DSA-87': { name: 'ML-DSA-87' },
}

/**
 * Imports a private key for signing. RSA signatures go through WebCrypto, which computes them on another thread.
 * Elliptic curve signatures take less time than that hand-over, so the server computes them synchronously where the
 * platform supports that.
 */
export async function importSigner(jwk: JWK, algorithm: string): Promise<Signer> {
  const synchronous = synchronousSigner(jwk, algorithm)
  if (synchronous !== undefined) return synchronous
  const parameters = webAlgorithms[algorithm]
  const key = await importJWK(jwk, algorithm)
  if (parameters === undefined || key instanceof Uint8Array) throw new TypeError(`cannot sign with ${algorithm}`)
  return async (text) => new Uint8Array(await crypto.subtle.sign(parameters, key, encodeUtf8(text)))
}

/** Verifies a signature with a public key that was imported for the algorithm. */
export async function verifySignature(
  algorithm: string,
  key: CryptoKey,
  signature: Bytes,
  data: Bytes,
): Promise<boolean> {
  const parameters = webAlgorithms[algorithm]
  return parameters !== undefined && crypto.subtle.verify(parameters, key, signature, data)
}

/**
 * Makes a synchronous signer; `undefined` where the platform has none. A trial signature finds out, since workerd
 * throws only then.
 */
function synchronousSigner(jwk: JWK, algorithm: string): Signer | undefined {
  const node = synchronousCrypto
  if (node === undefined || (algorithm !== 'ES256' && algorithm !== 'EdDSA')) return undefined
  try {
    const key = node.createPrivateKey({ key: jwk, format: 'jwk' })
    const options = algorithm === 'EdDSA' ? key : { key, dsaEncoding: 'ieee-p1363' }
    const digest = algorithm === 'EdDSA' ? null : 'sha256'
    const signer = (text: string): Uint8Array => node.sign(digest, encodeUtf8InPool(text), options)
    return signer('trial').length === 64 ? signer : undefined
  } catch {
    return undefined
  }
}
