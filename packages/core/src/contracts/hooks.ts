import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { BaseUser } from './host.ts'

/** Claims that a host adds. `undefined` members are left out. */
export type CustomClaims = Readonly<Record<string, unknown>>

export interface AccessTokenClaimsInput<User extends BaseUser> {
  /** Absent for a machine token. */
  readonly user?: User
  readonly client: ClientRecord
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly referenceId?: string
  readonly sessionId?: string
}

export interface IdTokenClaimsInput<User extends BaseUser> {
  readonly user: User
  readonly client: ClientRecord
  readonly scopes: readonly string[]
}

export interface UserinfoClaimsInput<User extends BaseUser> {
  readonly user: User
  readonly client: ClientRecord
  readonly scopes: readonly string[]
}

export interface TokenResponseFieldsInput<User extends BaseUser> {
  readonly grantType: string
  readonly user?: User
  readonly client: ClientRecord
  readonly scopes: readonly string[]
}

/**
 * The host's own claims and response members. Each may be asynchronous, runs before anything is consumed (a hook that
 * throws costs the client nothing), and can never set a reserved name: such a member is dropped, with an event.
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
