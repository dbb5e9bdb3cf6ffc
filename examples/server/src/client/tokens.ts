import * as oauth from 'oauth4webapi'

export interface Tokens {
  readonly accessToken: string
  readonly refreshToken: string | undefined
  readonly scope: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number | undefined
  readonly idToken: oauth.IDToken | undefined
  /** The encoded ID token, which the client sends as `id_token_hint` at sign-out. */
  readonly idTokenHint: string | undefined
}

export function toTokens(response: oauth.TokenEndpointResponse): Tokens {
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token,
    scope: response.scope,
    expiresAt: response.expires_in === undefined ? undefined : Math.floor(Date.now() / 1000) + response.expires_in,
    idToken: oauth.getValidatedIdTokenClaims(response),
    idTokenHint: response.id_token,
  }
}

/** The parameter that says which API a token is for ({@link https://www.rfc-editor.org/rfc/rfc8707 RFC 8707}). */
export function withResource(resource: string | undefined) {
  return resource === undefined ? {} : { additionalParameters: { resource } }
}
