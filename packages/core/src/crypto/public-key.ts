import { decodeBase64url } from './base64url.ts'

/** The most keys that a client may have: two of each kind, with room for a rotation. */
export const mostKeys = 20

/**
 * Members of a JWK that only a private or symmetric key has ({@link https://www.rfc-editor.org/rfc/rfc7518#section-6
 * RFC 7518 section 6}).
 */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

export type Key = Readonly<Record<string, unknown>>

/** Tells whether a JWK has members that must stay with its owner. */
export function isPrivateKey(key: Key): boolean {
  return privateMembers.some((member) => Object.hasOwn(key, member))
}

/**
 * Tells why this server cannot verify signatures with a JWK; `undefined` when it can. The sizes are limited because the
 * client chooses modulus and exponent, and the work of a verification grows with both. Keys for encryption (`use: enc`)
 * verify nothing, so their size does not matter.
 */
export function publicKeyProblem(key: Key): string | undefined {
  const { kty, kid, use } = key
  if (typeof kty !== 'string' || kty === 'oct') return 'must be an asymmetric key'
  if (isPrivateKey(key)) return 'must not be a private key'
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 255)) {
    return 'has a kid that is not a string of at most 255 characters'
  }
  if (use === 'enc') return undefined
  if (kty === 'RSA') return publicNumbersProblem(key)
  if (kty === 'EC') return curveProblem(key, 'P-256', ['x', 'y'])
  if (kty === 'OKP') return curveProblem(key, 'Ed25519', ['x'])
  return 'must have the kty RSA, EC or OKP'
}

/** Tells what is wrong with modulus and exponent of an RSA key. */
export function publicNumbersProblem({ n, e }: Key): string | undefined {
  const modulus = number(n)
  const bits = modulus === undefined ? 0 : modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24
  if (bits < 2048 || bits > 4096) return 'must have an RSA modulus of 2048 to 4096 bits'
  const exponent = number(e)
  if (exponent === undefined || exponent.length > 4 || !isOddAndMoreThanOne(exponent)) {
    return 'must have an odd RSA exponent from 3 to 4294967295'
  }
  return undefined
}

function curveProblem(key: Key, curve: string, coordinates: readonly string[]): string | undefined {
  if (key.crv !== curve) return `must be on the curve ${curve}, the only one of its kty that is supported`
  const good = coordinates.every((name) => isCoordinate(key[name]))
  return good ? undefined : `must have ${coordinates.join(' and ')} of 32 bytes, in base64url`
}

/** Decodes a positive number from base64url, without leading zeros. */
function number(value: unknown): Uint8Array | undefined {
  // The limit is above every allowed number, with room for leading zeros.
  if (typeof value !== 'string' || value.length > 1024) return undefined
  const bytes = decode(value)
  const start = bytes?.findIndex((byte) => byte !== 0) ?? -1
  return start < 0 ? undefined : bytes?.subarray(start)
}

function isOddAndMoreThanOne(bytes: Uint8Array): boolean {
  const last = bytes.at(-1) ?? 0
  return (last & 1) === 1 && (bytes.length > 1 || last > 1)
}

function isCoordinate(value: unknown): boolean {
  return typeof value === 'string' && value.length < 64 && decode(value)?.length === 32
}

/** Some clients add the padding that base64url does not have. */
function decode(text: string): Uint8Array | undefined {
  return decodeBase64url(text.replace(/={1,2}$/, ''))
}
