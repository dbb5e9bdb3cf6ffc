/**
 * An element of `authorization_details` ({@link https://www.rfc-editor.org/rfc/rfc9396#section-2 RFC 9396 section 2}). Its
 * type decides which members it has.
 */
export interface AuthorizationDetails {
  readonly type: string
  readonly [member: string]: unknown
}

/** The content of a valid access token. */
export interface VerifiedToken {
  /**
   * The subject of the token: `sub`, or with `source: 'local'` the host's own id of the user. For a machine token it is
   * the client id.
   */
  readonly subject: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** The audiences of the token, which include the identifier of the resource. */
  readonly audience: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly issuedAt: number
  /** The `jti` of the token, or the server's own id for it. */
  readonly tokenId?: string
  /**
   * The client's name of the session (`sid`), if the client follows sessions. With `verifyWith: provider.verifyAccessToken`
   * it is the host's own session id.
   */
  readonly sessionId?: string
  /**
   * Seconds since the epoch at which the user last authenticated, for a resource that demands a recent login
   * ({@link https://www.rfc-editor.org/rfc/rfc9470#section-6 RFC 9470 section 6}).
   */
  readonly authTime?: number
  /** The authentication context class of the login, for a resource that demands a stronger one. */
  readonly acr?: string
  /** The methods of the login ({@link https://www.rfc-editor.org/rfc/rfc8176 RFC 8176}). */
  readonly amr?: readonly string[]
  /** The keys that the token is bound to ({@link https://www.rfc-editor.org/rfc/rfc7800#section-3.1 RFC 7800 section 3.1}). The request has proved them. */
  readonly cnf?: Readonly<Record<string, unknown>>
  /** Headers that the response to this request must have, for instance the next nonce of DPoP. `protect` adds them. */
  readonly responseHeaders?: Readonly<Record<string, string>>
  /**
   * What the user granted in detail ({@link https://www.rfc-editor.org/rfc/rfc9396#section-9 RFC 9396 section 9}). The
   * authorization server has checked the members. `authorizationDetailsOf` reads those of one type.
   */
  readonly authorizationDetails?: readonly AuthorizationDetails[]
  /** The claims of the JWT, or the members of the introspection response. */
  readonly claims: Readonly<Record<string, unknown>>
  /** How the token was verified: by its signature, by introspection, or by a function of the same process. */
  readonly source: 'jwt' | 'introspection' | 'local'
}
