/** What a good access token says. */
export interface VerifiedToken {
  /**
   * Who the token speaks for: `sub`, or with `source: 'local'` what the host calls its user. For a machine's own token
   * it is the client id.
   */
  readonly subject: string
  readonly clientId: string
  readonly scopes: readonly string[]
  /** Everything the token is for; the resource's own identifier is among it. */
  readonly audience: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly issuedAt: number
  /** The `jti`, or what the server calls the token. */
  readonly tokenId?: string
  /**
   * The session as the client knows it (`sid`), of clients that follow sessions; with `verifyWith: provider.verifyAccessToken`
   * the host's own session id.
   */
  readonly sessionId?: string
  /**
   * Seconds since the epoch at which the user last authenticated, for a resource that demands a recent login
   * ({@link https://www.rfc-editor.org/rfc/rfc9470#section-6 RFC 9470 section 6}).
   */
  readonly authTime?: number
  /** The class of that authentication, for a resource that demands a stronger one. */
  readonly acr?: string
  /** The methods of that authentication ({@link https://www.rfc-editor.org/rfc/rfc8176 RFC 8176}). */
  readonly amr?: readonly string[]
  /** The claims of the JWT, or the members of the introspection response. */
  readonly claims: Readonly<Record<string, unknown>>
  /** Who said that the token is good: its signature, the authorization server, or a function of the same process. */
  readonly source: 'jwt' | 'introspection' | 'local'
}
