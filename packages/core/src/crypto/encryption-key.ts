import { isPrivateKey, type Key, publicNumbersProblem } from './public-key.ts'

/** The curves on which a key can be agreed on. */
const curves: Readonly<Record<string, readonly string[]>> = { EC: ['P-256', 'P-384', 'P-521'], OKP: ['X25519'] }

/** What `key_ops` of a key for encryption says. WebCrypto exports public keys for ECDH with an empty list. */
const operations = ['encrypt', 'wrapKey', 'deriveKey', 'deriveBits']

/**
 * Tells whether a public key of a client can encrypt for it with a JWE key management algorithm ({@link
 * https://www.rfc-editor.org/rfc/rfc7518#section-4.1 RFC 7518 section 4.1}). The key must be meant for it: `use` is `enc`
 * or absent, and `alg` is this algorithm or absent.
 */
export function canEncrypt(key: Key, algorithm: string): boolean {
  const { kty, crv, use = 'enc', alg = algorithm, key_ops = operations } = key
  if (use !== 'enc' || alg !== algorithm || !Array.isArray(key_ops) || isPrivateKey(key)) return false
  if (key_ops.length > 0 && !key_ops.some((operation) => operations.includes(operation))) return false
  if (algorithm.startsWith('RSA-OAEP')) return kty === 'RSA' && publicNumbersProblem(key) === undefined
  return (kty === 'EC' || kty === 'OKP') && curves[kty]?.includes(crv as string) === true && isBounded(key)
}

/** The longest coordinate, of P-521, is 88 characters. Whether it is on the curve is found out when the key is imported. */
function isBounded({ x, y }: Key): boolean {
  return [x, y ?? ''].every((coordinate) => typeof coordinate === 'string' && coordinate.length <= 96)
}
