import { importJWK, type JWK } from 'jose'
import { encodeUtf8 } from './base64url.ts'
import { synchronousCrypto } from './platform.ts'

/** Signs text with a private key that was imported once. */
export type Signer = (text: string) => Uint8Array | Promise<Uint8Array>

const webAlgorithms: Readonly<Record<string, AlgorithmIdentifier | RsaPssParams | EcdsaParams>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  PS256: { name: 'RSA-PSS', saltLength: 32 },
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
}

/**
 * RSA goes through WebCrypto, which takes its quarter of a millisecond off the thread that serves requests; elliptic
 * curves are faster than the trip to another thread, and are signed at once where the platform can.
 */
export async function importSigner(jwk: JWK, algorithm: string): Promise<Signer> {
  const node = synchronousCrypto
  if (node !== undefined && (algorithm === 'ES256' || algorithm === 'EdDSA')) {
    const key = node.createPrivateKey({ key: jwk, format: 'jwk' })
    if (algorithm === 'EdDSA') return (text) => node.sign(null, encodeUtf8(text), key)
    const options = { key, dsaEncoding: 'ieee-p1363' }
    return (text) => node.sign('sha256', encodeUtf8(text), options)
  }
  const parameters = webAlgorithms[algorithm]
  const key = await importJWK(jwk, algorithm)
  if (parameters === undefined || key instanceof Uint8Array) throw new TypeError(`cannot sign with ${algorithm}`)
  return async (text) => new Uint8Array(await crypto.subtle.sign(parameters, key, encodeUtf8(text)))
}
