import { hasShake256 } from './hash.ts'
import { webCryptoSupports } from './platform.ts'

/** The JWS algorithms of ML-DSA ({@link https://www.rfc-editor.org/rfc/rfc9964 RFC 9964}). */
export type MlDsaAlgorithm = 'ML-DSA-44' | 'ML-DSA-65' | 'ML-DSA-87'

/** The bytes of the public key and of a signature of each parameter set (FIPS 204 table 2). */
export const mlDsaSizes: Readonly<Record<MlDsaAlgorithm, { readonly publicKey: number; readonly signature: number }>> =
  {
    'ML-DSA-44': { publicKey: 1312, signature: 2420 },
    'ML-DSA-65': { publicKey: 1952, signature: 3309 },
    'ML-DSA-87': { publicKey: 2592, signature: 4627 },
  }

export function isMlDsa(algorithm: string): algorithm is MlDsaAlgorithm {
  return Object.hasOwn(mlDsaSizes, algorithm)
}

/**
 * Tells why this platform cannot sign and verify with an algorithm; `undefined` when it can. Every platform has the
 * algorithms other than ML-DSA. The text completes "<option> ML-DSA-44".
 */
export function platformProblem(algorithm: string): string | undefined {
  if (!isMlDsa(algorithm)) return undefined
  const has = ['generateKey', 'sign', 'verify'].every((operation) => webCryptoSupports(operation, algorithm))
  if (has && hasShake256()) return undefined
  return 'is not supported by the Web Crypto API of this platform: run the server on Node 24.7 or newer, or use ES256'
}
