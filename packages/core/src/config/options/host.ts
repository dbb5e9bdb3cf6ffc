import type { OAuthEvent } from '../../contracts/events.ts'
import type { Authentication, BaseUser, UserClaims } from '../../contracts/host.ts'
import type { RateLimitOptions } from '../../contracts/rate-limit.ts'

/** What the host brings: its users, its sessions, its pages. */
export interface HostOptions<User extends BaseUser> {
  /** Who is signed in. The user type of every hook is inferred from here. */
  readonly authentication: Authentication<User>
  /**
   * The claims about a user. Default: the standard claims are read from the user's own members, in snake_case or
   * camelCase (`givenName`, `emailVerified`, …), with `image` for `picture`. A `Date` or milliseconds in `updated_at` become seconds, 1
   * and 0 booleans; a claim of another wrong type is left out, with an event. Other members are claims of your own: name them in
   * `advertisedMetadata.claimsSupported`, and clients may ask for them by name.
   */
  readonly userClaims?: ((user: User) => UserClaims) | undefined
  /** The login page, a path of the application or an absolute URL. Required with the authorization_code grant type. */
  readonly loginUrl?: string | undefined
  /** The consent page. Required with the authorization_code grant type. */
  readonly consentUrl?: string | undefined
  /** The page for `prompt=create`. Default: the login page. */
  readonly signupUrl?: string | undefined
  /** The page for `prompt=select_account`; without it that prompt is refused. */
  readonly selectAccountUrl?: string | undefined
  /** The page for what `postLoginResolver` asks for. Required with it. */
  readonly postLoginUrl?: string | undefined
  /**
   * The page that asks whether to sign out, when a logout does not show whose session it means; it posts `confirmation`
   * from its URL to `/oauth2/end-session`. Without it the question is on a page of ours.
   */
  readonly logoutUrl?: string | undefined
  /**
   * Which grants end with the session in which they were given: those without offline access (`online`), all of them, or
   * none. Default `online`.
   */
  readonly grantsEndingWithSession?: 'online' | 'all' | 'none' | undefined
  /** Signs the query of the URLs that pages get; at least 32 characters. Default: derived from `secret`. */
  readonly oauthQuerySigningSecret?: string | undefined
  /**
   * Lets a remembered consent, and the trust of `skip_consent`, `cachedTrustedClients` and `trustedClientResolver`, answer
   * for public clients on loopback addresses and private-use schemes, too, although any program on the device can pretend
   * to be one and then gets a code without anybody being asked
   * ({@link https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section 8.6}). Default `false`: their users are
   * asked each time.
   */
  readonly rememberConsentOfNativeClients?: boolean | undefined
  /**
   * Shows the errors of a client that registered itself on a page, and sends nobody to its redirect URI with one, as long
   * as the user has agreed to nothing of it: otherwise a link to this server (`prompt=none`, a bad scope) leads anybody
   * to wherever whoever registered it likes. Clients that try a silent login first then show that page. With a
   * private-use scheme it is always so, because such a link would start a program. Default `false`.
   */
  readonly redirectErrorsAfterConsentOnly?: boolean | undefined
  /**
   * Makes `acr_values` (and the client's `default_acr_values`) a demand instead of a wish: a session that has none of
   * them signs in again, and one that has none after that is `unmet_authentication_requirements`. For clients that are
   * told by a resource server which class they need ({@link https://www.rfc-editor.org/rfc/rfc9470 RFC 9470}).
   * Default `false`.
   */
  readonly requireAcrValues?: boolean | undefined
  /** Limits requests by address, and by the client that authenticated; off without it. */
  readonly rateLimit?: RateLimitOptions | undefined
  /**
   * Called with everything that happens, and not waited for. When it throws or rejects, `console.error` tells of it, once
   * a minute, and the request goes on. Without it, `console.error` gets what nobody expected: requests that failed, wrong
   * answers of yours, keys that no secret opens; each once a minute, without credentials.
   */
  readonly onEvent?: ((event: OAuthEvent) => void) | undefined
}
