import { decodeBase64url, decodeUtf8 } from '../crypto/base64url.ts'
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
  const header = decodeObject(first)
  const claims = decodeObject(second)
  return header === undefined || claims === undefined ? undefined : { header, claims, signature }
}

function decodeObject(encoded: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = decodeBase64url(encoded)
  const text = bytes && decodeUtf8(bytes)
  if (text === undefined) return undefined
  try {
    const value: unknown = parseJson(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
