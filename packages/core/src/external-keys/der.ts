import type { Bytes } from '../crypto/base64url.ts'

/** Bytes of R and of S in an ES256 signature. */
const size = 32

/**
 * Converts an ECDSA signature from DER, the form of most key management services and of OpenSSL, to the form of JWS: R and
 * S with 32 bytes each, one after the other ({@link https://www.rfc-editor.org/rfc/rfc7518#section-3.4 RFC 7518 section
 * 3.4}). It is for curve P-256, that of ES256.
 * @throws {TypeError} when the bytes are no such signature
 * @example
 * sign: async ({ key, digest, signal }) => ecdsaSignatureFromDer(await kms.sign(key.arn, digest, { signal }))
 */
export function ecdsaSignatureFromDer(der: Uint8Array): Uint8Array {
  const [tag, length] = der
  if (tag !== 0x30 || length !== der.length - 2) throw malformed()
  const signature: Bytes = new Uint8Array(2 * size)
  const end = readInteger(der, 2, signature.subarray(0, size))
  if (readInteger(der, end, signature.subarray(size)) !== der.length) throw malformed()
  return signature
}

/** Copies the integer at a position, padded with zeros at its start, and returns the position after it. */
function readInteger(der: Uint8Array, start: number, into: Uint8Array): number {
  const [tag, length = 0, first = 0, second = 0] = der.subarray(start)
  const end = start + 2 + length
  if (tag !== 0x02 || length < 1 || end > der.length) throw malformed()
  // An integer whose first bit is set begins with a zero byte, since it would be negative otherwise. There is no other zero.
  const padded = first === 0 && length > 1
  if (first > 0x7f || (padded && second <= 0x7f)) throw malformed()
  const digits = der.subarray(padded ? start + 3 : start + 2, end)
  if (digits.length > size) throw malformed()
  into.set(digits, size - digits.length)
  return end
}

function malformed(): TypeError {
  return new TypeError('ecdsaSignatureFromDer: the bytes are no ECDSA signature of curve P-256 in DER')
}
