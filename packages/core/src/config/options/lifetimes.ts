/** How long things live, all in seconds. */
export interface LifetimeOptions {
  /** Authorization codes. Default 60, at most 600. */
  readonly authorizationCodeTtlSeconds?: number | undefined
  /** Access tokens of users. Default 3600. */
  readonly accessTokenTtlSeconds?: number | undefined
  /** Access tokens of machines (client_credentials). Default 3600. */
  readonly m2mAccessTokenTtlSeconds?: number | undefined
  /** Refresh tokens, idle: each exchange starts it anew. Default 2592000 (30 days). */
  readonly refreshTokenTtlSeconds?: number | undefined
  /** A grant with refresh tokens, absolute: no exchange moves it. Default 31536000 (one year). */
  readonly refreshTokenMaxTtlSeconds?: number | undefined
  /** How long after its exchange an old refresh token still gets the same successor. Default 30; 0 turns it off. */
  readonly refreshTokenReuseWindowSeconds?: number | undefined
  /** ID tokens. Default 36000. */
  readonly idTokenTtlSeconds?: number | undefined
  /** How long a user may take over login and consent. Default 600. */
  readonly interactionTtlSeconds?: number | undefined
  /** How long a process may rely on a client it has read; a change made through this process counts at once. Default 5. */
  readonly clientCacheSeconds?: number | undefined
  /** How often a process looks for new signing keys. A new key is published twice this long, and five minutes, before it
   * signs. Default 60. */
  readonly keyCacheSeconds?: number | undefined
}
