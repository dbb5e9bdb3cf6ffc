import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { BaseUser } from './host.ts'

/** Claims that the host adds. Members that are `undefined` are left out. */
export type CustomClaims = Readonly<Record<string, unknown>>

/** What every hook gets, besides the user. */
export interface ClaimsInput {
  readonly client: ClientRecord
  readonly scopes: readonly string[]
  /** The resources that the token is for. Empty when only this server accepts it. */
  readonly resources: readonly string[]
  /** The reference under which the user approved (`consentReferenceResolver`). */
  readonly referenceId?: string
  /**
   * The host's session in which the user approved. Do not put it into claims: clients know sessions by `sid`, a name of
   * their own.
   */
  readonly sessionId?: string
}

/** What `customAccessTokenClaims` gets. */
export interface AccessTokenClaimsInput<User extends BaseUser> extends ClaimsInput {
  /** Absent for a machine token. */
  readonly user?: User
}

/** What `customIdTokenClaims` gets. */
export interface IdTokenClaimsInput<User extends BaseUser> extends ClaimsInput {
  readonly user: User
}

/** What `customUserinfoClaims` gets. */
export interface UserinfoClaimsInput<User extends BaseUser> extends ClaimsInput {
  readonly user: User
  /**
   * The claims of the access token in the request, without those of `customAccessTokenClaims`. An opaque token has the
   * same members (`iss`, `sub`, `client_id`, `scope`, `iat`, `exp`, and `aud` when it is for a resource).
   */
  readonly accessTokenClaims: Readonly<Record<string, unknown>>
}

/** What `customTokenResponseFields` gets. */
export interface TokenResponseFieldsInput<User extends BaseUser> extends ClaimsInput {
  readonly grantType: string
  /** Absent for a machine token. */
  readonly user?: User
}

/**
 * Hooks with which the host adds claims and response members. A hook may be asynchronous. It runs before the server
 * uses up a code or token, so that the client can try again when a hook throws. Names that the server sets itself are
 * dropped, with the event `claims.reserved_name_dropped`. A result that is not an object, or cannot be written as JSON,
 * is an error that names the hook.
 * @example
 * ```ts
 * createProvider({
 *   customIdTokenClaims: ({ user, scopes }) => (scopes.includes('profile') ? { plan: user.plan } : {}),
 *   // ...
 * })
 * ```
 */
export interface ClaimHooks<User extends BaseUser> {
  /** Returns claims to add to JWT access tokens, and to the introspection of opaque ones. */
  customAccessTokenClaims?(input: AccessTokenClaimsInput<User>): Awaitable<CustomClaims | undefined | null>
  /** Returns claims to add to ID tokens. */
  customIdTokenClaims?(input: IdTokenClaimsInput<User>): Awaitable<CustomClaims | undefined | null>
  /** Returns claims to add to userinfo responses. */
  customUserinfoClaims?(input: UserinfoClaimsInput<User>): Awaitable<CustomClaims | undefined | null>
  /** Returns members to add beside `access_token` in token responses. */
  customTokenResponseFields?(input: TokenResponseFieldsInput<User>): Awaitable<CustomClaims | undefined | null>
}
