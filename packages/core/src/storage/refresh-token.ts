import type { AccessTokenRecord } from './access-token.ts'
import type { Awaitable } from './awaitable.ts'
import type { Extra } from './extra.ts'
import type { GrantRecord } from './grant.ts'

/** A refresh token. Its scope, resources and absolute end are those of its grant. */
export interface RefreshTokenRecord {
  readonly id: string
  /** SHA-256 of the whole token, base64url. */
  readonly secretHash: string
  readonly grantId: string
  /** What features store with the token. The core copies it to the successor. */
  readonly extra?: Extra
  readonly createdAt: number
  /** Seconds since the epoch from which the token is expired if it was not exchanged. */
  readonly expiresAt: number
  /** Seconds since the epoch at which the client exchanged it for its successor. */
  readonly rotatedAt?: number
  readonly successorId?: string
  /** The token that the client exchanged for this one. Absent for the first token of a grant. */
  readonly predecessorId?: string
  /**
   * The successor itself, encrypted with a key that is derived from this token and the secret of the server. The
   * server answers a retry inside the reuse window with it. It is removed when the successor is exchanged or the window
   * has ended.
   */
  readonly sealedSuccessor?: string
  /** Seconds since the epoch at which the reuse window ends. It is there together with `sealedSuccessor`. */
  readonly sealedUntil?: number
  /** How often the client presented the token again after its exchange. */
  readonly reuses: number
}

export interface FoundRefreshToken {
  readonly token: RefreshTokenRecord
  readonly grant: GrantRecord
  /** Whether the successor was exchanged too, so that this token is two generations old. */
  readonly successorRotated: boolean
}

/** What the exchange of a refresh token writes in its transaction. */
export interface RefreshRotation {
  readonly id: string
  readonly now: number
  readonly successor: RefreshTokenRecord
  /** The `predecessorId` of the token that rotates. */
  readonly predecessorId?: string
  /** The encrypted successor. Absent, like `sealedUntil`, without a reuse window. */
  readonly sealedSuccessor?: string
  readonly sealedUntil?: number
  readonly accessToken?: AccessTokenRecord
}

export type RotationOutcome =
  | { readonly outcome: 'won' }
  /** Another request exchanged it first; these are the stored token and grant. Nothing was written. */
  | ({ readonly outcome: 'rotated' } & FoundRefreshToken)
  /** The grant is revoked, whether the token was exchanged or not; or there is no such token. Nothing was written. */
  | { readonly outcome: 'dead' }

export interface RefreshTokenStore {
  /**
   * Reads a token, its grant and whether its successor was exchanged, in one round trip. It also answers expired and
   * revoked ones.
   */
  find(id: string): Awaitable<FoundRefreshToken | undefined>
  /**
   * ATOMIC, one transaction: marks the token as rotated (`rotatedAt = now`, `successorId`, `sealedSuccessor`,
   * `sealedUntil`), clears `sealedSuccessor` and `sealedUntil` of the token `predecessorId` (which may be gone), adds the
   * successor and the access token, for exactly one caller and only while the grant is not revoked. An adapter may keep what
   * is sealed with the successor, where its next rotation clears it without another write.
   */
  rotate(rotation: RefreshRotation): Awaitable<RotationOutcome>
  /**
   * ATOMIC, one transaction: counts one more use of a rotated token, up to `limit`, and adds the access token.
   * `exhausted`: the limit is reached, or the token is gone or was never rotated; nothing was written.
   */
  reuse(query: {
    readonly id: string
    readonly limit: number
    readonly accessToken?: AccessTokenRecord
  }): Awaitable<'won' | 'exhausted'>
}
