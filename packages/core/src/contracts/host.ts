import type { Awaitable } from '../storage/awaitable.ts'

/** What the core needs of the host's user. The host's own type may have anything else; every hook gets that type. */
export interface BaseUser {
  /** A string of 1 to 255 characters, opaque and never reassigned to another person. */
  readonly id: string
}

/** What the core needs of the host's session. */
export interface Session {
  /**
   * A random id of 1 to 255 characters, made for each login. It is not the value of the cookie. Clients never see it: they
   * know the session by a name of their own (`sid`).
   */
  readonly id: string
  /**
   * Seconds since the epoch at which the user last proved who they are. It becomes `auth_time`. A `Date`, milliseconds and
   * fractions are converted; a time that is missing or yet to come is an error.
   */
  readonly authTime: number
  /** Authentication context class reference of this session, if the host knows one. */
  readonly acr?: string | undefined
  /** {@link https://www.rfc-editor.org/rfc/rfc8176 RFC 8176} methods used in this session, for instance `['pwd', 'otp']`. */
  readonly amr?: readonly string[] | undefined
}

export interface SignedIn<User extends BaseUser> {
  readonly user: User
  readonly session: Session
}

/**
 * The host owns users and sessions; this is all the core asks of it. Each answer is checked where it comes in: a wrong one
 * ends the request with `server_error`, and `onEvent` or the console with a message that names the member.
 */
export interface Authentication<User extends BaseUser> {
  /** Who is signed in, from the request's own cookies. `undefined` or `null` when nobody is. */
  getSession(request: Request): Awaitable<SignedIn<User> | undefined | null>
  /** The user with this very id; `undefined` or `null` when the user is gone or blocked: then refreshing and userinfo stop. */
  getUser(id: string): Awaitable<User | undefined | null>
  /** Ends a session of the host's. */
  endSession?(sessionId: string): Awaitable<void>
}

/**
 * Claims about a user, {@link https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims OpenID Connect Core section 5.1}.
 * Which of them a client receives depends on the scopes granted.
 */
export interface StandardClaims {
  readonly name?: string | undefined
  readonly given_name?: string | undefined
  readonly family_name?: string | undefined
  readonly middle_name?: string | undefined
  readonly nickname?: string | undefined
  readonly preferred_username?: string | undefined
  readonly profile?: string | undefined
  readonly picture?: string | undefined
  readonly website?: string | undefined
  readonly gender?: string | undefined
  readonly birthdate?: string | undefined
  readonly zoneinfo?: string | undefined
  readonly locale?: string | undefined
  readonly updated_at?: number | undefined
  readonly email?: string | undefined
  readonly email_verified?: boolean | undefined
  readonly address?: Readonly<Record<string, string>> | undefined
  readonly phone_number?: string | undefined
  readonly phone_number_verified?: boolean | undefined
}

/** The same, and claims of the host's own, which only go to clients that ask for them by name. */
export type UserClaims = StandardClaims | (StandardClaims & Readonly<Record<string, unknown>>)
