/** What clients that users register may have in tokens without a user. */
export interface MachineAccessOptions {
  /** Some of the server's scopes, none of them about users. */
  readonly scopes: readonly string[]
  /** Some of `validAudiences`. */
  readonly resources: readonly string[]
}

/** Who may register clients, and with what. */
export interface RegistrationOptions {
  /** Turns `/oauth2/register` on ({@link https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}). Default `false`. */
  readonly allowDynamicClientRegistration?: boolean | undefined
  /** Lets callers register who are not signed in and bring no initial access token: public clients only. Default `false`. */
  readonly allowUnauthenticatedClientRegistration?: boolean | undefined
  /**
   * Gives clients that register `post_logout_redirect_uris` at `/oauth2/register` the right to end their user's session
   * (`enable_end_session`), as OpenID Connect expects of a provider. Default `false`: the server side gives it.
   */
  readonly clientRegistrationEnablesEndSession?: boolean | undefined
  /**
   * Lets callers whom nobody knows register confidential clients, and gives them secrets. For test suites. Default `false`.
   */
  readonly dangerouslyAllowUnauthenticatedConfidentialClients?: boolean | undefined
  /**
   * Asks no PKCE of confidential clients that register themselves, not even with `offline_access`; of public ones it is
   * asked as ever. Clients that registered meanwhile keep `require_pkce: false` in storage. For test suites and clients from before PKCE. Default `false`.
   */
  readonly dangerouslyAllowRegistrationWithoutPkce?: boolean | undefined
  /** Turns `/oauth2/public-client-prelogin` on: what a login page may show of a client. Default `false`. */
  readonly allowPublicClientPrelogin?: boolean | undefined
  /** What a registration without `scope` gets. Default: `defaultScopes`, or the standard scopes. */
  readonly clientRegistrationDefaultScopes?: readonly string[] | undefined
  /**
   * What a registration may ask for beside the default scopes that the host named; the standard scopes that stand in
   * where it named none are limited by it. Default: every scope of the server.
   */
  readonly clientRegistrationAllowedScopes?: readonly string[] | undefined
  /**
   * What every client that registers at `/oauth2/register` gets beside what it asks for. A client of MCP registers the
   * scopes of its first request, and asks for others when a tool needs them: here it may. The user is asked all the same.
   * Default: nothing.
   */
  readonly clientRegistrationAddedScopes?: readonly string[] | undefined
  /**
   * Private-use schemes without a period that clients of users and strangers (registration, create-client, update-client)
   * may redirect to, in lower case and without the colon: `['myapp']` allows `myapp:/callback`. One with a period
   * (`com.example.app:/callback`) they may have anyway, and those of known agents: `cursor`, `vscode`, `vscode-insiders`,
   * `windsurf`, `warp` ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.4 RFC 8252 section 8.4}). What the
   * server side or an administrator registers may have any scheme that is not dangerous. Default: nothing.
   */
  readonly clientRegistrationRedirectSchemes?: readonly string[] | undefined
  /**
   * Lets clients that users register (`/oauth2/create-client`, `/oauth2/register`), or software with an initial access
   * token, use grant types that work without a user (`client_credentials`), and says for which scopes and resources they
   * then get tokens. `resources` are some of `validAudiences`; without any, such a client gets tokens for this server alone.
   * What users delegate to a client is not limited by it, and neither are the clients that your code or an administrator
   * registers. Anonymous callers never get such a client. For example
   * `{ scopes: ['reports:read'], resources: ['https://api.example.com'] }`. Default: nobody gets one.
   */
  readonly clientRegistrationMachineAccess?: MachineAccessOptions | undefined
  /** When secrets of registered clients end: 0 for never, seconds since the epoch, or so long after they are made. Default 0. */
  readonly clientRegistrationClientSecretExpiresAt?: number | { readonly afterSeconds: number } | undefined
  /** After how many seconds a dynamically registered client that was never used is purged. Default: never. */
  readonly unusedClientTtlSeconds?: number | undefined
  /**
   * Clients that are trusted whatever is stored; they cannot be changed through any route. Public ones on a loopback
   * address or a private-use scheme still ask their users, see `rememberConsentOfNativeClients`.
   */
  readonly cachedTrustedClients?: readonly string[] | undefined
}
