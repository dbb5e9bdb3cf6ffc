/** How long codes, tokens, interactions and caches last. All values are whole seconds. */
export interface LifetimeOptions {
  /** How long a client may take to exchange an authorization code, in seconds; at most 600. Default 60. */
  readonly authorizationCodeTtlSeconds?: number | undefined
  /** The lifetime of an access token of a user, in seconds. Default 3600. */
  readonly accessTokenTtlSeconds?: number | undefined
  /** The lifetime of an access token without a user (`client_credentials`), in seconds. Default 3600. */
  readonly m2mAccessTokenTtlSeconds?: number | undefined
  /**
   * How long a refresh token may stay unused, in seconds. Each exchange starts this time again. Default 2592000 (30
   * days).
   */
  readonly refreshTokenTtlSeconds?: number | undefined
  /**
   * How long a grant with refresh tokens lasts at most, in seconds, however often the client exchanges them. Default
   * 31536000 (one year).
   */
  readonly refreshTokenMaxTtlSeconds?: number | undefined
  /**
   * For how many seconds after its exchange an old refresh token still gets its successor, so that a lost response or a
   * second tab does not sign the user out. With 0, an old refresh token ends the grant at once. Default 30.
   */
  readonly refreshTokenReuseWindowSeconds?: number | undefined
  /** The lifetime of an ID token, in seconds. Default 36000. */
  readonly idTokenTtlSeconds?: number | undefined
  /** How many seconds a user has for login, consent and the other pages of one authorization request. Default 600. */
  readonly interactionTtlSeconds?: number | undefined
  /**
   * For how many seconds a process keeps a client that it has read. A change through the same process counts at once, a
   * change through another one within this time, or sooner with `clientCacheSignal`. With 0, the server reads the client
   * for each request. Default 5.
   */
  readonly clientCacheSeconds?: number | undefined
  /**
   * How often a process looks for new signing keys, in seconds. The server publishes a new key twice this long, plus
   * five minutes, before it signs with it. Default 60.
   */
  readonly keyCacheSeconds?: number | undefined
}
