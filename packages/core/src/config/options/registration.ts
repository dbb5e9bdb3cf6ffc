/** The tokens without a user that clients of users may get. */
export interface MachineAccessOptions {
  /** Scopes of the server that are not about a user. */
  readonly scopes: readonly string[]
  /** Resources out of `validAudiences`. */
  readonly resources: readonly string[]
}

/** Who may register clients, and what those clients may do. */
export interface RegistrationOptions {
  /**
   * Turns on `/oauth2/register`, where users and software register clients ({@link
   * https://www.rfc-editor.org/rfc/rfc7591 RFC 7591}). Default `false`.
   */
  readonly allowDynamicClientRegistration?: boolean | undefined
  /**
   * Lets callers register public clients at `/oauth2/register` without signing in and without an initial access token.
   * It needs `allowDynamicClientRegistration`. Default `false`.
   */
  readonly allowUnauthenticatedClientRegistration?: boolean | undefined
  /**
   * Registers at `/oauth2/register` what a client may have of its request, instead of refusing the request, and says in
   * the response what it registered ({@link https://www.rfc-editor.org/rfc/rfc7591#section-3.2.1 RFC 7591 section
   * 3.2.1}). Scopes, grant types, response types and authentication methods that the client cannot have, and empty
   * values, are left out. A client that names no scope may ask for every scope that it could have named, unless
   * `clientRegistrationDefaultScopes` says which; `defaultScopes` says what a request without `scope` gets. Redirect
   * URIs are never replaced, and a request of which nothing useful would be left is refused. Agents need it: they
   * register what they know of other servers. Default `false`: the server refuses such a request and names the value.
   */
  readonly clientRegistrationSubstitutes?: boolean | undefined
  /**
   * Gives clients that register `post_logout_redirect_uris` at `/oauth2/register` the right to end their user's session
   * (`enable_end_session`), as OpenID Connect expects of a provider. Default `false`: only the server side gives this
   * right.
   */
  readonly clientRegistrationEnablesEndSession?: boolean | undefined
  /**
   * Lets callers that are not signed in register confidential clients, and gives these clients secrets. For test
   * suites. It needs `allowUnauthenticatedClientRegistration`. Default `false`.
   */
  readonly dangerouslyAllowUnauthenticatedConfidentialClients?: boolean | undefined
  /**
   * Lets confidential clients that register themselves leave out PKCE, even with `offline_access`. Public clients still
   * need it. Clients that registered meanwhile keep `require_pkce: false` in storage when you turn the option off. For
   * test suites and clients older than PKCE. Default `false`.
   */
  readonly dangerouslyAllowRegistrationWithoutPkce?: boolean | undefined
  /**
   * Turns on `/oauth2/public-client-prelogin`, which tells a login page the name, logo and links of a client before the
   * user has signed in. Default `false`.
   */
  readonly allowPublicClientPrelogin?: boolean | undefined
  /** The scopes of a client that registers without `scope`. Default: `defaultScopes`, or the standard scopes. */
  readonly clientRegistrationDefaultScopes?: readonly string[] | undefined
  /**
   * The scopes that a client may register, beside those in `clientRegistrationDefaultScopes` or `defaultScopes`.
   * Without either, the standard scopes are allowed only as far as they are listed here. Default: every scope of the
   * server.
   */
  readonly clientRegistrationAllowedScopes?: readonly string[] | undefined
  /**
   * The scopes that every client gets when it registers at `/oauth2/register`, beside those that it registers itself. A
   * client of MCP registers the scopes of its first request and asks for others when a tool needs them; this option
   * lets it. The user is still asked for consent. Default: none.
   */
  readonly clientRegistrationAddedScopes?: readonly string[] | undefined
  /**
   * Private-use schemes without a period that clients of users and strangers may redirect to (registration,
   * create-client, update-client), in lower case and without the colon. They may use any scheme with a period anyway
   * (`com.example.app:/callback`), and those of known agents: `cursor`, `vscode`, `vscode-insiders`, `windsurf`, `warp`
   * ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.4 RFC 8252 section 8.4}). The server side and
   * administrators may register any scheme that is not dangerous. Default: none.
   * @example
   * // Allows myapp:/callback.
   * clientRegistrationRedirectSchemes: ['myapp']
   */
  readonly clientRegistrationRedirectSchemes?: readonly string[] | undefined
  /**
   * Lets clients that users register (`/oauth2/create-client`, `/oauth2/register`), or software with an initial access
   * token, use grant types without a user (`client_credentials`), and names the scopes and resources of their tokens.
   * `resources` must be among `validAudiences`; with an empty list these clients get tokens for this server alone. The
   * option limits neither what users delegate to a client nor the clients that your code or an administrator registers.
   * Callers who are not signed in never get such a client. Default: only your code and administrators register such
   * clients.
   * @example
   * clientRegistrationMachineAccess: { scopes: ['reports:read'], resources: ['https://api.example.com'] }
   */
  readonly clientRegistrationMachineAccess?: MachineAccessOptions | undefined
  /**
   * When the secrets of registered clients expire: 0 for never, a time in seconds since the epoch, or a number of
   * seconds after the server made the secret. Default 0.
   */
  readonly clientRegistrationClientSecretExpiresAt?: number | { readonly afterSeconds: number } | undefined
  /**
   * After how many seconds `purgeExpired` deletes a client that registered at `/oauth2/register` and was never used.
   * Default: never.
   */
  readonly unusedClientTtlSeconds?: number | undefined
  /**
   * The ids of trusted clients: their users are not asked for consent, and no route changes them. Users of public
   * clients on a loopback address or a private-use scheme are still asked, see `rememberConsentOfNativeClients`.
   * Default: none.
   */
  readonly cachedTrustedClients?: readonly string[] | undefined
}
