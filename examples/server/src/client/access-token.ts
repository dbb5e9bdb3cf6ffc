import { decodeJwt, decodeProtectedHeader } from 'jose'

export interface DecodedAccessToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * Decodes a JWT access token for display only: an access token is for the API, so a client must not rely on its content.
 * Returns `undefined` for an opaque token.
 */
export function decodeAccessToken(token: string): DecodedAccessToken | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}
