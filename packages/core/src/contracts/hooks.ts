import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { BaseUser } from './host.ts'

/** Claims that a host adds. `undefined` members are left out. */
export type CustomClaims = Readonly<Record<string, unknown>>

/** What every hook is told of the token, beside the user. */
export interface ClaimsInput {
  readonly client: ClientRecord
  readonly scopes: readonly string[]
  /** The resources that the token is for; empty when it is for this server alone. */
  readonly resources: readonly string[]
  /** The host's partition of consents (`consentReferenceResolver`) under which the user approved. */
  readonly referenceId?: string
  /** The host's session in which the user approved. It stays on this side: clients know sessions by `sid`, a name of their own. */
  readonly sessionId?: string
}

export interface AccessTokenClaimsInput<User extends BaseUser> extends ClaimsInput {
  /** Absent for a machine token. */
  readonly user?: User
}

export interface IdTokenClaimsInput<User extends BaseUser> extends ClaimsInput {
  readonly user: User
}

export interface UserinfoClaimsInput<User extends BaseUser> extends ClaimsInput {
  readonly user: User
  /**
   * What the access token of the request says: the claims of a JWT, or the same of an opaque token (`iss`, `sub`,
   * `client_id`, `scope`, `iat`, `exp`, and `aud` where it has one), without those of `customAccessTokenClaims`.
   */
  readonly accessTokenClaims: Readonly<Record<string, unknown>>
}

export interface TokenResponseFieldsInput<User extends BaseUser> extends ClaimsInput {
  readonly grantType: string
  /** Absent for a machine token. */
  readonly user?: User
}

/**
 * The host's own claims and response members. Each may be asynchronous, runs before anything is consumed (a hook that
 * throws costs the client nothing), and can never set a reserved name: such a member is dropped, with an event.
 * An answer that is no object, or holds what JSON cannot carry, is an error that names the hook.
 */
export interface ClaimHooks<User extends BaseUser> {
  /** Added to JWT access tokens, and to introspection of opaque ones. */
  customAccessTokenClaims?(input: AccessTokenClaimsInput<User>): Awaitable<CustomClaims | undefined | null>
  /** Added to ID tokens. */
  customIdTokenClaims?(input: IdTokenClaimsInput<User>): Awaitable<CustomClaims | undefined | null>
  /** Added to userinfo. */
  customUserinfoClaims?(input: UserinfoClaimsInput<User>): Awaitable<CustomClaims | undefined | null>
  /** Added beside `access_token` in the token response. */
  customTokenResponseFields?(input: TokenResponseFieldsInput<User>): Awaitable<CustomClaims | undefined | null>
}
