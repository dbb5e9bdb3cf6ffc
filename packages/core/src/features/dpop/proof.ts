import { publicKeyProblem } from '../../crypto/public-key.ts'
import { decodeUnverifiedJwt } from '../../keys/unverified-jwt.ts'

type Members = Readonly<Record<string, unknown>>

/** A DPoP proof whose form is right. Nothing in it has been verified. */
export interface DecodedProof {
  readonly jwt: string
  readonly algorithm: string
  /** The public key in the header, without members that say nothing about the key itself. */
  readonly jwk: Members
  readonly claims: Members
}

/** The longest proof that the server reads, in characters: an RSA key of 4096 bits with its signature needs 2000. */
const longestProof = 8192

/** The members that make up a public key, by its `kty`. */
const keyMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['kty', 'n', 'e'],
  EC: ['kty', 'crv', 'x', 'y'],
  OKP: ['kty', 'crv', 'x'],
}

/** The `kty` that each algorithm needs. */
const keyTypes: Readonly<Record<string, string>> = {
  RS256: 'RSA',
  PS256: 'RSA',
  ES256: 'EC',
  EdDSA: 'OKP',
  Ed25519: 'OKP',
}

/**
 * Decodes a proof and checks its header ({@link https://www.rfc-editor.org/rfc/rfc9449#section-4.2 RFC 9449 section 4.2}).
 * @param header the value of the header `DPoP`; several headers arrive joined by commas
 * @returns a text for the developer of the client that says what is wrong
 */
export function decodeProof(header: string, algorithms: readonly string[]): DecodedProof | string {
  if (header.length > longestProof) return `the proof is longer than ${longestProof} characters`
  if (header.includes(',')) return 'the request has more than one DPoP header'
  const decoded = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(header) ? decodeUnverifiedJwt(header) : undefined
  if (decoded === undefined) return 'the proof is not a signed JWT in compact form'
  const { typ, alg, jwk, crit, b64 } = decoded.header
  if (typeof typ !== 'string' || !/^(?:application\/)?dpop\+jwt$/i.test(typ)) return 'typ must be dpop+jwt'
  if (typeof alg !== 'string' || !algorithms.includes(alg)) return `alg must be one of ${algorithms.join(', ')}`
  if (crit !== undefined || b64 !== undefined) return 'the header has parameters that are not understood'
  const key = publicKeyOf(jwk, alg)
  return typeof key === 'string' ? key : { jwt: header, algorithm: alg, jwk: key, claims: decoded.claims }
}

function publicKeyOf(jwk: unknown, algorithm: string): Members | string {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return 'jwk must be the public key of the client'
  // How the key is named, and what else it is for, says nothing about its strength.
  const { kid: _, use: __, ...key } = jwk as Members
  const problem = publicKeyProblem(key)
  if (problem !== undefined) return `jwk ${problem}`
  if (key.kty !== keyTypes[algorithm]) return `jwk must be a key for ${algorithm}`
  return Object.fromEntries((keyMembers[key.kty as string] ?? []).map((name) => [name, key[name]]))
}
