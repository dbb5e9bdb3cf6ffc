import { type CryptoKey, compactVerify } from 'jose'
import { decodeBase64url, encodeUtf8InPool } from './base64url.ts'
import { decodeObject } from './decode-object.ts'
import { type SynchronousCrypto, synchronousCrypto } from './platform.ts'

/** How each algorithm is called where signatures are verified synchronously, and the key that it needs. */
interface Rule {
  readonly digest: 'sha256' | null
  readonly key: Readonly<Record<string, unknown>>
  readonly options: Readonly<Record<string, unknown>>
}

const rules: Readonly<Record<string, Rule>> = {
  ES256: { digest: 'sha256', key: { name: 'ECDSA', namedCurve: 'P-256' }, options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { digest: null, key: { name: 'Ed25519' }, options: {} },
  Ed25519: { digest: null, key: { name: 'Ed25519' }, options: {} },
  RS256: { digest: 'sha256', key: { name: 'RSASSA-PKCS1-v1_5' }, options: {} },
  // 6 is RSA_PKCS1_PSS_PADDING. The salt is as long as the digest (RFC 7518 section 3.5).
  PS256: { digest: 'sha256', key: { name: 'RSA-PSS' }, options: { padding: 6, saltLength: 32 } },
}

/**
 * Verifies a signature in compact form ({@link https://www.rfc-editor.org/rfc/rfc7515#section-7.1 RFC 7515 section 7.1}) with a
 * key that was imported for the algorithm. It is `false` for another algorithm in the header, and for a header with `crit` or
 * `b64`.
 *
 * WebCrypto verifies on another thread, and waking that thread takes longer than verifying. So the signature is verified
 * synchronously where the platform supports that. Only a good signature ends there: about all others `jose` decides.
 */
export async function verifyCompact(jws: string, key: CryptoKey | Uint8Array, algorithm: string): Promise<boolean> {
  if (!hasPlainHeader(jws, algorithm)) return false
  if (synchronousCrypto !== undefined && isGood(synchronousCrypto, jws, key, algorithm)) return true
  try {
    await compactVerify(jws, key, { algorithms: [algorithm] })
    return true
  } catch {
    return false
  }
}

function hasPlainHeader(jws: string, algorithm: string): boolean {
  const { alg, crit, b64 } = decodeObject(jws.slice(0, Math.max(0, jws.indexOf('.'))), JSON.parse) ?? {}
  return alg === algorithm && crit === undefined && b64 === undefined
}

function isGood(node: SynchronousCrypto, jws: string, key: CryptoKey | Uint8Array, algorithm: string): boolean {
  const rule = rules[algorithm]
  if (rule === undefined || node.verify === undefined || node.KeyObject === undefined) return false
  if (key instanceof Uint8Array || !fits(key, rule)) return false
  const end = jws.lastIndexOf('.')
  const signature = decodeBase64url(jws.slice(end + 1))
  if (signature === undefined || jws.indexOf('.', jws.indexOf('.') + 1) !== end) return false
  try {
    const data = encodeUtf8InPool(jws.slice(0, end))
    return node.verify(rule.digest, data, { key: node.KeyObject.from(key), ...rule.options }, signature)
  } catch {
    return false
  }
}

/** Whether the key is one for this algorithm. RSA keys must have 2048 bits (RFC 7518 section 3.3). */
function fits({ algorithm, usages }: CryptoKey, rule: Rule): boolean {
  const { hash, modulusLength } = algorithm as { hash?: { name: string }; modulusLength?: number }
  const named = Object.entries(rule.key).every(
    ([name, value]) => (algorithm as unknown as Record<string, unknown>)[name] === value,
  )
  const strong = modulusLength === undefined || (modulusLength >= 2048 && hash?.name === 'SHA-256')
  return named && strong && usages.includes('verify')
}
