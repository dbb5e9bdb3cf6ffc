import { decodeUnverifiedJwt, type UnverifiedJwt } from '../../keys/unverified-jwt.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { attestationHeader, popHeader } from './names.ts'

/** A JWT in a header whose form is right. Nothing in it has been verified. */
export interface HeaderJwt extends UnverifiedJwt {
  readonly jwt: string
}

/** What a request has in the headers of client attestations. */
export interface PresentedAttestation {
  readonly attestation: HeaderJwt
  /** Absent where a DPoP proof takes its place. */
  readonly pop?: HeaderJwt
}

/** The longest JWT that the server reads, in characters: two RSA keys of 4096 bits and a signature need 3000. */
const longest = 8192

/**
 * Reads the headers of client attestations (draft-ietf-oauth-attestation-based-client-auth-10, "Verification and
 * Processing").
 * @returns `undefined` when the request has none of them
 * @throws {OAuthError} `invalid_client_attestation` when one is there twice, has another form, or comes without its partner
 */
export function readPresented({ headers }: Request): PresentedAttestation | undefined {
  const first = headers.get(attestationHeader)
  const second = headers.get(popHeader)
  if (first === null && second === null) return undefined
  if (first === null) throw invalidAttestation(`the request has ${popHeader}, and no ${attestationHeader}`)
  const attestation = readJwt(attestationHeader, first, 'oauth-client-attestation+jwt')
  if (second !== null) return { attestation, pop: readJwt(popHeader, second, 'oauth-client-attestation-pop+jwt') }
  if (headers.has('dpop')) return { attestation }
  throw invalidAttestation(`the request has no proof of the key in the client attestation: send ${popHeader}`)
}

function readJwt(name: string, value: string, type: string): HeaderJwt {
  if (value.length > longest) throw invalidAttestation(`${name} is longer than ${longest} characters`)
  if (value.includes(',')) throw invalidAttestation(`the request has more than one header ${name}`)
  const decoded = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value) ? decodeUnverifiedJwt(value) : undefined
  if (decoded === undefined) throw invalidAttestation(`${name} is not a signed JWT in compact form`)
  const { typ, crit, b64 } = decoded.header
  if (typeof typ !== 'string' || typ.toLowerCase().replace(/^application\//, '') !== type) {
    throw invalidAttestation(`typ of ${name} must be ${type}`)
  }
  if (crit !== undefined || b64 !== undefined) {
    throw invalidAttestation(`${name} has header parameters that are not understood`)
  }
  return { ...decoded, jwt: value }
}

/**
 * Makes the error for an attestation or a proof that cannot be verified.
 * @param reason for the event alone
 */
export function invalidAttestation(description: string, reason?: string): OAuthError {
  return new OAuthError('invalid_client_attestation', description, { ...(reason !== undefined && { cause: reason }) })
}
