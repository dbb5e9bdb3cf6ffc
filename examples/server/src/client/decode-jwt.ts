import { decodeJwt, decodeProtectedHeader } from 'jose'

export interface DecodedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * Decodes a JWT for display only: an access token is for the API, so a client must not rely on its content. Returns
 * `undefined` for an opaque token.
 */
export function decodeJwtParts(token: string): DecodedJwt | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}
