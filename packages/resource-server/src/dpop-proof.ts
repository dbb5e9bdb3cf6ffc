import { calculateJwkThumbprint, compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from 'jose'

/** The algorithms that a proof may be signed with. */
export const dpopAlgorithms = ['ES256', 'EdDSA', 'Ed25519', 'PS256', 'RS256'] as const

export type DpopAlgorithm = (typeof dpopAlgorithms)[number]

type Members = Readonly<Record<string, unknown>>

/** A DPoP proof whose form is right. Nothing in it has been verified. */
export interface DecodedProof {
  readonly jwt: string
  readonly algorithm: string
  readonly jwk: JWK
  readonly claims: Members
}

/** The longest proof that is read, in characters: an RSA key of 4096 bits with its signature needs 2000. */
const longest = 8192

/** Members that only private and symmetric keys have. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv']

/** The members of the public key for each algorithm, and the curve. */
const keys: Readonly<Record<DpopAlgorithm, { readonly kty: string; readonly crv?: string }>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
  Ed25519: { kty: 'OKP', crv: 'Ed25519' },
  PS256: { kty: 'RSA' },
  RS256: { kty: 'RSA' },
}

/**
 * Decodes a proof and checks its header ({@link https://www.rfc-editor.org/rfc/rfc9449#section-4.2 RFC 9449 section 4.2}).
 * @param header the value of the header `DPoP`; several headers arrive joined by commas
 * @returns a text for the developer of the client that says what is wrong
 */
export function decodeProof(header: string, algorithms: readonly string[]): DecodedProof | string {
  if (header.includes(',')) return 'the request has more than one DPoP header'
  const decoded = decode(header)
  if (decoded === undefined) return `the proof is not a signed JWT in compact form of at most ${longest} characters`
  const { typ, alg, jwk, crit, b64 } = decoded.header
  if (typeof typ !== 'string' || !/^(?:application\/)?dpop\+jwt$/i.test(typ)) return 'typ must be dpop+jwt'
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return `alg must be one of ${algorithms.join(', ')}`
  if (crit !== undefined || b64 !== undefined) return 'the header has parameters that are not understood'
  const key = publicKeyOf(jwk, alg as DpopAlgorithm)
  return typeof key === 'string' ? key : { jwt: header, algorithm: alg, jwk: key, claims: decoded.claims }
}

function decode(jwt: string): { readonly header: Members; readonly claims: Members } | undefined {
  if (jwt.length > longest || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) return undefined
  try {
    return { header: decodeProtectedHeader(jwt) as Members, claims: decodeJwt(jwt) }
  } catch {
    return undefined
  }
}

/** Returns the public key alone: how it is named, and what else it is for, is not looked at. */
function publicKeyOf(jwk: unknown, algorithm: DpopAlgorithm): JWK | string {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return 'jwk must be the public key of the client'
  if (privateMembers.some((member) => Object.hasOwn(jwk, member))) return 'jwk must not be a private key'
  const { kty, crv, x, y, n, e } = jwk as Members
  const expected = keys[algorithm]
  if (kty !== expected.kty || (expected.crv !== undefined && crv !== expected.crv)) {
    return `jwk must be a key for ${algorithm}`
  }
  if (kty === 'RSA') return isModerate(n, e) ? ({ kty, n, e } as JWK) : 'jwk must be an RSA key of 2048 to 4096 bits'
  return (kty === 'EC' ? { kty, crv, x, y } : { kty, crv, x }) as JWK
}

/** Whether an RSA key is neither weak nor expensive: the client chooses how much work a verification is. */
function isModerate(n: unknown, e: unknown): boolean {
  const [modulus, exponent] = [decodeNumber(n, 683), decodeNumber(e, 6)]
  if (modulus === undefined || exponent === undefined) return false
  const bits = modulus.toString(2).length
  return bits >= 2048 && bits <= 4096 && exponent > 1n && exponent % 2n === 1n
}

/** Decodes a number in base64url; `undefined` for what is none or has too many characters. */
function decodeNumber(text: unknown, longest: number): bigint | undefined {
  if (typeof text !== 'string' || text.length > longest || !/^[\w-]+$/.test(text) || text.length % 4 === 1)
    return undefined
  const bytes = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return BigInt(`0x0${[...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')}`)
}

/**
 * Verifies the signature with the key in the proof.
 * @returns the thumbprint of the key ({@link https://www.rfc-editor.org/rfc/rfc7638 RFC 7638}, SHA-256); `undefined` when
 * another key has signed, or the key is none
 */
export async function verifyProof({ jwt, jwk, algorithm }: DecodedProof): Promise<string | undefined> {
  try {
    await compactVerify(jwt, await importJWK(jwk, algorithm), { algorithms: [algorithm] })
    return await calculateJwkThumbprint(jwk, 'sha256')
  } catch {
    return undefined
  }
}
