import { decodeJwt, decodeProtectedHeader } from 'jose'

export interface DecodedAccessToken {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * For show: a client has no business with the contents of an access token, it is a letter to the API. An opaque token
 * answers `undefined`.
 */
export function decodeAccessToken(token: string): DecodedAccessToken | undefined {
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) }
  } catch {
    return undefined
  }
}
