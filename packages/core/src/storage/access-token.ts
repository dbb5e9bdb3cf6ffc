import type { Awaitable } from './awaitable.ts'
import type { Extra } from './extra.ts'
import type { TokenGrant } from './grant.ts'

/**
 * An opaque access token. A JWT access token has no record: its signature, its grant and its `jti` decide whether it is
 * valid.
 */
export interface AccessTokenRecord {
  readonly id: string
  /** SHA-256 of the whole token, base64url. */
  readonly secretHash: string
  readonly clientId: string
  /** Absent for a machine token. */
  readonly grantId?: string
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  /** What features store with the token. */
  readonly extra?: Extra
  readonly createdAt: number
  readonly expiresAt: number
}

export interface AccessTokenStore {
  /** Adds a token. With an id that is taken it fails and changes nothing. */
  insert(record: AccessTokenRecord): Awaitable<void>
  /**
   * Reads a token, and its grant if it has one, in one round trip. It also answers expired tokens and revoked grants.
   * A token whose grant was purged keeps its `grantId` and comes without `grant`; the core treats it as revoked. Each
   * call with a token reads it, so of the grant only the members of `TokenGrant` are needed; more may be there.
   */
  find(id: string): Awaitable<{ readonly token: AccessTokenRecord; readonly grant?: TokenGrant } | undefined>
  /** Removes an opaque token. A token that is gone is no error. */
  delete(id: string): Awaitable<void>
  /** Remembers until `expiresAt` that the JWT with this `jti` is revoked. A second call changes nothing. */
  revokeJwt(query: { readonly jti: string; readonly expiresAt: number }): Awaitable<void>
  /** Tells whether the `jti` was revoked and reads the grant of the token, in one round trip. */
  findJwt(query: {
    readonly jti: string
    readonly grantId?: string
  }): Awaitable<{ readonly revoked: boolean; readonly grant?: TokenGrant }>
}
