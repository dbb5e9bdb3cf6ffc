import type { CryptoKey } from 'jose'
import type { VerifiedJwt } from '../contracts/key-set.ts'
import { encodeTextBase64url } from '../crypto/base64url.ts'
import { verifyCompact } from '../crypto/compact-signature.ts'
import { decodeObject } from '../crypto/decode-object.ts'

/** The header of a JWT that this server signs. */
export interface IssuedHeader {
  readonly alg: string
  /** `undefined` for a JWT without `typ`. */
  readonly typ: string | undefined
  readonly kid: string
}

/** What a JWT of this server must be, beside signed. */
interface IssuedFacts {
  readonly issuer: string
  readonly typ: string
  /** Seconds since the epoch. */
  readonly now: number
  readonly ignoreExpiry: boolean
}

/** Makes a function that encodes header and claims as the text to sign. It encodes each header once. */
export function createUnsignedJwts(): (header: IssuedHeader, claims: object) => string {
  const headers = new Map<string, string>()
  return (header, claims) => {
    const name = `${header.alg} ${header.typ} ${header.kid}`
    let encoded = headers.get(name)
    if (encoded === undefined) {
      encoded = encodeTextBase64url(JSON.stringify(header))
      headers.set(name, encoded)
    }
    return `${encoded}.${encodeTextBase64url(JSON.stringify(claims))}`
  }
}

/** Reads the key id of a JWT that nobody has verified; `undefined` when there is none. */
export function readKid(jwt: string): string | undefined {
  const end = jwt.indexOf('.')
  if (end < 0 || end > 1024) return undefined
  try {
    const { kid } = JSON.parse(atob(jwt.slice(0, end).replaceAll('-', '+').replaceAll('_', '/'))) as { kid?: unknown }
    return typeof kid === 'string' ? kid : undefined
  } catch {
    return undefined
  }
}

/**
 * Verifies a JWT of this server with the key that it names.
 * @returns `undefined` for anything else, and for a key of an algorithm that this platform does not have
 */
export async function verifyIssuedJwt(
  { verifier, algorithm }: { readonly verifier?: CryptoKey; readonly algorithm: string },
  jwt: string,
  { issuer, typ, now, ignoreExpiry }: IssuedFacts,
): Promise<VerifiedJwt | undefined> {
  if (verifier === undefined) return undefined
  if (!(await verifyCompact(jwt, verifier, algorithm))) return undefined
  // Without the limits for JSON from outside: the claims are as deep and large as the host's hooks made them.
  const [header, claims] = jwt.split('.', 2).map((part) => decodeObject(part, JSON.parse))
  if (header === undefined || claims === undefined) return undefined
  const { iss, exp, iat, nbf } = claims
  if (typeof header.typ !== 'string' || mediaType(header.typ) !== mediaType(typ)) return undefined
  if (iss !== issuer || typeof iat !== 'number' || typeof exp !== 'number') return undefined
  if (nbf !== undefined && (typeof nbf !== 'number' || nbf > now)) return undefined
  return ignoreExpiry || now < exp ? { header, claims } : undefined
}

/** Writes a `typ` out ({@link https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9 RFC 7515 section 4.1.9}): `JWT` stands for `application/jwt`. */
function mediaType(typ: string): string {
  return (typ.includes('/') ? typ : `application/${typ}`).toLowerCase()
}
