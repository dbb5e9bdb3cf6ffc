import type { Awaitable } from '../storage/awaitable.ts'

/** What the server needs to know about a user. The host's own type may have more members; every hook gets that type. */
export interface BaseUser {
  /** A string of 1 to 255 characters, opaque and never reassigned to another person. */
  readonly id: string
}

/** What the server needs to know about a session of the host. */
export interface Session {
  /**
   * A random id of 1 to 255 characters, new for each login. Do not use the value of the cookie. Clients never see this
   * id: they know the session by a name of their own (`sid`).
   */
  readonly id: string
  /**
   * When the user last proved who they are, in seconds since the epoch. It becomes `auth_time`. The server converts a
   * `Date`, milliseconds and fractions. A time that is missing or in the future is an error.
   */
  readonly authTime: number
  /** The authentication context class of the session (`acr`), if the host has such classes. */
  readonly acr?: string | undefined
  /**
   * The authentication methods used in the session, for instance `['pwd', 'otp']` ({@link
   * https://www.rfc-editor.org/rfc/rfc8176 RFC 8176}).
   */
  readonly amr?: readonly string[] | undefined
}

/** The user who is signed in, and their session. */
export interface SignedIn<User extends BaseUser> {
  readonly user: User
  readonly session: Session
}

/**
 * How the server asks the host about users and sessions, which belong to the host. The server checks each answer. A
 * wrong one ends the request with `server_error`, and `onEvent` (or the console) gets a message that names the member.
 * @example
 * ```ts
 * authentication: {
 *   async getSession(request) {
 *     const session = await sessions.find(readSessionCookie(request))
 *     return session && { user: session.user, session: { id: session.id, authTime: session.signedInAt } }
 *   },
 *   getUser: (id) => users.find(id),
 *   endSession: (id) => sessions.delete(id),
 * }
 * ```
 */
export interface Authentication<User extends BaseUser> {
  /** Finds out who is signed in, from the request's cookies. Return `undefined` or `null` when nobody is. */
  getSession(request: Request): Awaitable<SignedIn<User> | undefined | null>
  /**
   * Finds the user with this id. Return `undefined` or `null` when the user is deleted or blocked: refreshing and
   * userinfo then stop.
   */
  getUser(id: string): Awaitable<User | undefined | null>
  /** Ends a session. Without this function there is no logout endpoint. */
  endSession?(sessionId: string): Awaitable<void>
}

/**
 * Claims about a user ({@link https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims OpenID Connect Core
 * section 5.1}). The granted scopes decide which of them a client receives.
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

/**
 * Claims about a user: the standard ones, and claims of the host's own. A client receives the latter only when it asks
 * for them by name (`claims` parameter).
 */
export type UserClaims = StandardClaims | (StandardClaims & Readonly<Record<string, unknown>>)
