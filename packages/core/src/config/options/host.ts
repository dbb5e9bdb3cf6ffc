import type { ClientCacheSignal } from '../../contracts/client-cache-signal.ts'
import type { Authentication, BaseUser, UserClaims } from '../../contracts/host.ts'
import type { RateLimitOptions } from '../../contracts/rate-limit.ts'

/** What your application brings: its users, its sessions and its pages. */
export interface HostOptions<User extends BaseUser> {
  /**
   * Tells the server who is signed in. The user type of every hook is inferred from it.
   * @example
   * authentication: {
   *   // The user and session of a request, or undefined.
   *   getSession: (request) => sessions.current(request),
   *   // The user with this id, or undefined when there is none any more.
   *   getUser: (id) => users.find(id),
   * }
   */
  readonly authentication: Authentication<User>
  /**
   * Answers the claims about a user. Default: the server reads the standard claims from the members of the user, in
   * snake_case or camelCase (`givenName`, `emailVerified`, …), with `image` for `picture`. A `Date` or milliseconds in
   * `updated_at` become seconds, and 1 and 0 become booleans. The server leaves out a claim of the wrong type and emits
   * an event. Other members are claims of your own: list them in `advertisedMetadata.claimsSupported`, and clients may
   * ask for them by name.
   * @example
   * userClaims: (user) => ({ name: user.displayName, email: user.mail, email_verified: user.mailConfirmed })
   */
  readonly userClaims?: ((user: User) => UserClaims) | undefined
  /**
   * The login page: a path of the application or an absolute URL. Required with the grant type `authorization_code`.
   */
  readonly loginUrl?: string | undefined
  /**
   * The consent page: a path of the application or an absolute URL. Required with the grant type `authorization_code`.
   */
  readonly consentUrl?: string | undefined
  /** The page for `prompt=create`, where a user makes an account. Default: the login page. */
  readonly signupUrl?: string | undefined
  /**
   * The page for `prompt=select_account`, where a user chooses an account. Default: the server refuses that prompt.
   */
  readonly selectAccountUrl?: string | undefined
  /** The page for what `postLoginResolver` asks of a user after login. Required with `postLoginResolver`. */
  readonly postLoginUrl?: string | undefined
  /**
   * The page that asks the user whether to sign out, when a logout request does not prove whose session it means. The
   * page posts `confirmation` from its URL to `/oauth2/end-session`. It needs `authentication.endSession`. Default: the
   * server asks on a page of its own.
   */
  readonly logoutUrl?: string | undefined
  /**
   * Which grants end together with the session in which the user gave them: those without offline access (`online`),
   * all of them, or none. Default `online`.
   */
  readonly grantsEndingWithSession?: 'online' | 'all' | 'none' | undefined
  /**
   * Signs the query of the URLs of your pages: at least 32 random characters (`openssl rand -base64 32`), the same in
   * every process. Default: derived from `secret`.
   */
  readonly oauthQuerySigningSecret?: string | undefined
  /**
   * Lets a remembered consent, and the trust of `skip_consent`, `cachedTrustedClients` and `trustedClientResolver`,
   * count for public clients on loopback addresses and private-use schemes too. Any program on the device can pretend
   * to be such a client, and would then get a code without a question to the user ({@link
   * https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section 8.6}). For a web application in development on
   * `http://localhost`, register the client with `application_type: 'web'` instead. Default `false`: the server asks their
   * users each time.
   */
  readonly rememberConsentOfNativeClients?: boolean | undefined
  /**
   * Shows the errors of a self-registered client on a page of the server, as long as the user has approved nothing for
   * that client, instead of redirecting to the client. Otherwise a link to this server (`prompt=none`, a bad scope)
   * would lead any user to the redirect URI of whoever registered the client. A client that tries a silent login first
   * then shows this page. The server always does so for a private-use scheme, because such a redirect would start a
   * program. Default `false`.
   */
  readonly redirectErrorsAfterConsentOnly?: boolean | undefined
  /**
   * Whether `acr_values` (and the `default_acr_values` of the client) are a requirement: a user whose session has none of
   * these authentication contexts has to sign in again, and if the login page brings none of them either, the client gets
   * `unmet_authentication_requirements`. `false` makes them a preference, except for clients with `require_acr_values`.
   * Default: `acr_values` is a preference in requests with the scope `openid`, as OpenID Connect has it, and a requirement
   * in all others, where a resource server has told the client which context it needs ({@link
   * https://www.rfc-editor.org/rfc/rfc9470#section-5 RFC 9470 section 5}).
   */
  readonly requireAcrValues?: boolean | undefined
  /**
   * Which authorization requests also get the scopes that the user granted to the client before, under the same reference,
   * for the same resources and the same host of the redirect URI. `onRequest`: those with the parameter
   * `include_granted_scopes=true`. `always`: all, for clients that ask only for the scope that a resource server names in a
   * challenge, and would otherwise lose what they had; such a client cannot get a token with fewer scopes. The response of
   * the token endpoint says which scopes the token has. Default `never`.
   */
  readonly includeGrantedScopes?: 'never' | 'onRequest' | 'always' | undefined
  /** Limits requests by address and by client. Default: no limits. */
  readonly rateLimit?: RateLimitOptions | undefined
  /**
   * Tells the other processes of this server which clients have changed, so that a client which was disabled, or whose
   * secret was rotated, is refused there at once. Messages may be lost, so `clientCacheSeconds` still bounds how long
   * another process can use what it has cached. Default: processes do not tell each other.
   */
  readonly clientCacheSignal?: ClientCacheSignal | undefined
}
