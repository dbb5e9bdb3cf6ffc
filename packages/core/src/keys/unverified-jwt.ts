import { decodeObject } from '../crypto/decode-object.ts'
import { parseJson } from '../protocol/json.ts'

/** The content of a JWT whose signature nobody has verified. */
export interface UnverifiedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** The signature in base64url; empty for `alg: none`. */
  readonly signature: string
}

/** Decodes a signed JWT in compact form without verifying it; `undefined` for any other text and for encrypted JWTs. */
export function decodeUnverifiedJwt(jwt: string): UnverifiedJwt | undefined {
  const [first = '', second = '', signature, more] = jwt.split('.', 4)
  if (signature === undefined || more !== undefined) return undefined
  const header = decodeObject(first, parseJson)
  const claims = decodeObject(second, parseJson)
  return header === undefined || claims === undefined ? undefined : { header, claims, signature }
}
