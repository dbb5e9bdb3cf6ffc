/** How tokens and other credentials look, and what limits them. */
export interface TokenFormatOptions {
  /**
   * Makes a server without signing keys and without a JWKS. Access tokens are always opaque. ID tokens of confidential
   * clients are signed with the secret of the client (HS256), so the server stores an encrypted copy of it; public
   * clients get no ID token. Default `false`.
   */
  readonly disableJwtPlugin?: boolean | undefined
  /**
   * Takes `resource` at the authorization endpoint as well. The server checks it there before the user signs in, shows
   * it at consent and keeps it with the grant; a token request may then only name some of these resources. A client that
   * names none there may still name one in the token request, and its refreshes keep it; with `'strict'` it may not.
   * With `false` the authorization endpoint ignores `resource`, and each token request decides by itself. Default `true`.
   */
  readonly bindResources?: boolean | 'strict' | undefined
  /**
   * The resource of requests without `resource`, out of `validAudiences`, so that clients that never heard of `resource`
   * get tokens for your API. `false`: they get opaque tokens for this server alone. Default: the only resource that there
   * is beside the issuer, if there is just one, for requests that ask for more than signing in (a scope beside `openid`,
   * `profile`, `email`, `address`, `phone`, `offline_access`); none with `bindResources: false`.
   */
  readonly defaultResource?: string | false | undefined
  /**
   * What the parameter `audience` means, with which applications that were written for Auth0 name an API. With
   * `'resource'` it counts as `resource` where it names one of `validAudiences`, in authorization and token requests; a
   * `resource` in the same request takes precedence. Otherwise the server ignores it like any unknown parameter, and the
   * event `request.audience_ignored` says why. In a token exchange it keeps the meaning of RFC 8693. Default `ignore`.
   */
  readonly audienceParameter?: 'resource' | 'ignore' | undefined
  /**
   * Gives a refresh token to every client that registered the grant type `refresh_token`, even without the scope
   * `offline_access`, for clients that never ask for it (as those of MCP). A grant without `offline_access` ends with
   * the session of its user. Default `false`.
   */
  readonly refreshTokensWithoutOfflineAccess?: boolean | undefined
  /**
   * Tells clients when a refresh token ends, in each token response with a refresh token and at introspection:
   * `refresh_token_timeout`, the seconds for which it may stay unused, and `authorization_expires_in`, the seconds until the
   * user has to approve again. A client can so ask the user in time. Both are the values that the server enforces; a
   * revocation may end the token earlier ({@link
   * https://datatracker.ietf.org/doc/draft-ietf-oauth-refresh-token-expiration/ draft-ietf-oauth-refresh-token-expiration}).
   * Default `false`.
   */
  readonly exposeRefreshTokenExpiration?: boolean | undefined
  /**
   * The longest lifetime of an access token with a scope, in seconds by scope. The token lives no longer than the
   * shortest of its scopes allows. Default: no limit beside `accessTokenTtlSeconds` and `m2mAccessTokenTtlSeconds`.
   * @example
   * scopeExpirations: { 'payments:write': 300 }
   */
  readonly scopeExpirations?: Readonly<Record<string, number>> | undefined
  /**
   * The scopes that a token without a user may have. A token request without `scope` gets all of them that its client
   * registered. Default: every scope of the client that is not about a user.
   */
  readonly clientCredentialsDefaultScopes?: readonly string[] | undefined
  /**
   * Prefixes of credentials, so that secret scanners recognise a leaked one. The server then treats a credential
   * without the prefix as unknown. Default: no prefix.
   */
  readonly tokenPrefixes?: TokenPrefixes | undefined
  /**
   * Makes opaque access tokens: at least 22 (at most 4096) letters, digits and `- . _ ~ + /` with 128 or more random
   * bits. Default: 256 random bits.
   */
  readonly generateAccessToken?: (() => string) | undefined
  /**
   * Makes refresh tokens: at least 22 (at most 4096) printable ASCII characters without spaces, with 128 or more random
   * bits. Default: 256 random bits.
   */
  readonly generateRefreshToken?: (() => string) | undefined
  /**
   * Turns a refresh token into the text that the client gets, for instance with a part that tells a router in front
   * which session it belongs to. `sid` is the session identifier that the tokens of this client carry, never the
   * session id of your application. The text must be printable ASCII without spaces. It needs `refreshTokenDecoder`.
   */
  readonly refreshTokenEncoder?: ((token: string, sid: string | undefined) => string) | undefined
  /**
   * Turns the text that a client presents back into the refresh token, or answers `undefined` for any other text. It
   * must not throw.
   */
  readonly refreshTokenDecoder?: ((text: string) => string | undefined) | undefined
  /** Makes client ids of 1 to 255 printable ASCII characters without spaces. Default: 120 random bits. */
  readonly generateClientId?: (() => string) | undefined
  /** Makes client secrets of 32 to 1024 printable ASCII characters. Default: 256 random bits. */
  readonly generateClientSecret?: (() => string) | undefined
  /** Replaces values of the discovery documents. Default: the documents say everything that the server supports. */
  readonly advertisedMetadata?: AdvertisedMetadata | undefined
}

/** The prefix of each kind of credential: 1 to 32 letters, digits, `_` or `-`. */
export interface TokenPrefixes {
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
  readonly clientSecret?: string | undefined
}

/** Values of the discovery documents that you may replace. */
export interface AdvertisedMetadata {
  /** The value of `scopes_supported`. Each scope must be one of the server. Default: all of them. */
  readonly scopesSupported?: readonly string[] | undefined
  /**
   * The value of `claims_supported`. Names that are no standard claims are claims of your own, which `userClaims`
   * answers: a client may ask for those that you list here by name (`claims` parameter), and the server ignores all
   * others.
   */
  readonly claimsSupported?: readonly string[] | undefined
  /** The authentication contexts that sessions may have (`session.acr`). Default: absent. */
  readonly acrValuesSupported?: readonly string[] | undefined
  /** The languages of your pages, as BCP 47 tags. Default: absent. */
  readonly uiLocalesSupported?: readonly string[] | undefined
  /** The languages of the claims, as BCP 47 tags. Default: absent. */
  readonly claimsLocalesSupported?: readonly string[] | undefined
  /** The values of `display` that your pages follow. Default: `page`. */
  readonly displayValuesSupported?: readonly string[] | undefined
}
