import type { Awaitable } from './awaitable.ts'
import type { Extra } from './extra.ts'
import type { GrantRecord } from './grant.ts'

/** An opaque access token. A JWT access token has no row: its signature, its grant and its `jti` decide. */
export interface AccessTokenRecord {
  readonly id: string
  /** SHA-256 of the whole token, base64url. */
  readonly secretHash: string
  readonly clientId: string
  /** Absent for a machine token. */
  readonly grantId?: string
  readonly scope: readonly string[]
  readonly audience: readonly string[]
  /** What features say about the token. */
  readonly extra?: Extra
  readonly createdAt: number
  readonly expiresAt: number
}

export interface AccessTokenStore {
  /** Adds a token. A taken id fails and changes nothing. */
  insert(record: AccessTokenRecord): Awaitable<void>
  /**
   * Reads a token and, when it has one, its grant in one round trip; expired and revoked ones too. A token whose grant
   * was purged keeps its `grantId` and comes without `grant`: the core takes it for dead.
   */
  find(id: string): Awaitable<{ readonly token: AccessTokenRecord; readonly grant?: GrantRecord } | undefined>
  /** Removes one opaque token. Idempotent. */
  delete(id: string): Awaitable<void>
  /** Refuses the JWT with this `jti` until it expires. Idempotent. */
  revokeJwt(query: { readonly jti: string; readonly expiresAt: number }): Awaitable<void>
  /** Whether the `jti` was revoked, and the grant it came from, in one round trip. */
  findJwt(query: {
    readonly jti: string
    readonly grantId?: string
  }): Awaitable<{ readonly revoked: boolean; readonly grant?: GrantRecord }>
}
