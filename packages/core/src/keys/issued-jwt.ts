import { type CryptoKey, decodeJwt, jwtVerify } from 'jose'
import type { VerifiedJwt } from '../contracts/key-set.ts'
import { encodeTextBase64url } from '../crypto/base64url.ts'

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

/** Returns a time at which the token had not expired. */
function beforeExpiry(jwt: string, now: number): number {
  try {
    const { exp } = decodeJwt(jwt)
    return exp === undefined ? now : Math.min(now, exp - 1)
  } catch {
    return now
  }
}

/**
 * Verifies a JWT of this server with the key that it names.
 * @returns `undefined` for anything else, and for a key of an algorithm that this platform does not have
 */
export async function verifyIssuedJwt(
  { verifier, algorithm }: { readonly verifier?: CryptoKey; readonly algorithm: string },
  jwt: string,
  { issuer, typ, now: present, ignoreExpiry }: IssuedFacts,
): Promise<VerifiedJwt | undefined> {
  if (verifier === undefined) return undefined
  const now = ignoreExpiry ? beforeExpiry(jwt, present) : present
  try {
    const { payload, protectedHeader } = await jwtVerify(jwt, verifier, {
      issuer,
      typ,
      algorithms: [algorithm],
      requiredClaims: ['iss', 'exp', 'iat'],
      currentDate: new Date(now * 1000),
    })
    return { header: { ...protectedHeader }, claims: payload }
  } catch {
    return undefined
  }
}
