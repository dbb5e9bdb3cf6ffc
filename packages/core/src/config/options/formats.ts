/** How tokens look, and what limits them. */
export interface TokenFormatOptions {
  /**
   * Access tokens are always opaque; confidential clients get ID tokens in HS256 under their own secret, public clients
   * none; there are no signing keys and no JWKS. Client secrets are then kept sealed beside their hash. Default `false`.
   */
  readonly disableJwtPlugin?: boolean | undefined
  /**
   * Takes `resource` at the authorization endpoint, too: it is validated there, shown at consent, kept with the grant,
   * and the token endpoint may only narrow it. Recommended where there is more than one resource server. Default `false`.
   */
  readonly bindResources?: boolean | undefined
  /**
   * Gives a refresh token to every client that registered the grant type, also where `offline_access` was not granted:
   * for clients that never ask for it, as those of MCP. Such a grant ends with the session at `/oauth2/end-session`, and
   * one with `offline_access` does not. Default `false`.
   */
  readonly refreshTokensWithoutOfflineAccess?: boolean | undefined
  /** Seconds by scope: an access token lives no longer than the shortest of its scopes. */
  readonly scopeExpirations?: Readonly<Record<string, number>> | undefined
  /** What machine tokens may have, and get when they ask for nothing: it narrows what a client registered. Default: all of that. */
  readonly clientCredentialsDefaultScopes?: readonly string[] | undefined
  /** Put before credentials, so that leak scanners know them. With a prefix, one without it is unknown. */
  readonly tokenPrefixes?: TokenPrefixes | undefined
  /** Makes opaque access tokens of at least 128 bits of entropy: 22 letters, digits and `- . _ ~ + /` or more. */
  readonly generateAccessToken?: (() => string) | undefined
  /** Makes refresh tokens of at least 128 bits of entropy: 22 printable ASCII characters or more, without spaces. */
  readonly generateRefreshToken?: (() => string) | undefined
  /**
   * What a client sees of a refresh token, for instance one that carries its session for a router in front. `sid` names
   * the session as this client may know it: what the encoder answers leaves the server, so it never learns your session
   * id. The answer is printable ASCII without spaces. Needs `refreshTokenDecoder`.
   */
  readonly refreshTokenEncoder?: ((token: string, sid: string | undefined) => string) | undefined
  /** The token in what a client presents, or `undefined`. Must not throw. */
  readonly refreshTokenDecoder?: ((text: string) => string | undefined) | undefined
  /** Makes client ids of 1 to 255 printable ASCII characters without spaces. Default: 120 random bits. */
  readonly generateClientId?: (() => string) | undefined
  /** Makes client secrets of 32 to 1024 printable ASCII characters. Default: 256 random bits. */
  readonly generateClientSecret?: (() => string) | undefined
  /** What discovery says in place of everything there is. */
  readonly advertisedMetadata?: AdvertisedMetadata | undefined
}

export interface TokenPrefixes {
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
  readonly clientSecret?: string | undefined
}

export interface AdvertisedMetadata {
  /** Each one has to be a scope of the server. */
  readonly scopesSupported?: readonly string[] | undefined
  /**
   * Names beside the standard claims are those that `userClaims` answers and a client may ask for by name
   * (`claims` parameter): everything else that it asks for is ignored.
   */
  readonly claimsSupported?: readonly string[] | undefined
  /** The authentication contexts that sessions of the host's may have (`session.acr`). Default: nothing is said. */
  readonly acrValuesSupported?: readonly string[] | undefined
  /** The languages of the pages, BCP 47 tags. Default: nothing is said. */
  readonly uiLocalesSupported?: readonly string[] | undefined
  /** The languages of the claims, BCP 47 tags. Default: nothing is said. */
  readonly claimsLocalesSupported?: readonly string[] | undefined
  /** The values of `display` that the pages follow. Default: `page`. */
  readonly displayValuesSupported?: readonly string[] | undefined
}
