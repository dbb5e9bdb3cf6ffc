import { holderKeyFor } from '../../keys/holder-key.ts'
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
  const key = holderKeyFor(jwk, alg)
  return typeof key === 'string' ? `jwk ${key}` : { jwt: header, algorithm: alg, jwk: key, claims: decoded.claims }
}
