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
  /** What features say about the token. The core hands it on to the successor. */
  readonly extra?: Extra
  readonly createdAt: number
  /** The idle end: seconds since the epoch by which it has to be used. */
  readonly expiresAt: number
  /** Seconds since the epoch at which it was exchanged for its successor. */
  readonly rotatedAt?: number
  readonly successorId?: string
  /** The token that was exchanged for this one; absent for the first of its grant. */
  readonly predecessorId?: string
  /**
   * The successor itself, sealed under a key that needs this very token and the secret of the server. It is there for a
   * retry inside the reuse window, and gone when the successor has rotated or the window is over.
   */
  readonly sealedSuccessor?: string
  /** Seconds since the epoch: the end of the reuse window. There together with `sealedSuccessor`. */
  readonly sealedUntil?: number
  /** How often it was presented again after its rotation. */
  readonly reuses: number
}

export interface FoundRefreshToken {
  readonly token: RefreshTokenRecord
  readonly grant: GrantRecord
  /** Whether the successor has itself been exchanged: then this token is two generations old. */
  readonly successorRotated: boolean
}

/** What an exchange writes together with the rotation. */
export interface RefreshRotation {
  readonly id: string
  readonly now: number
  readonly successor: RefreshTokenRecord
  /** The `predecessorId` of the token that rotates. */
  readonly predecessorId?: string
  /** Absent, together with `sealedUntil`, where there is no reuse window. */
  readonly sealedSuccessor?: string
  readonly sealedUntil?: number
  readonly accessToken?: AccessTokenRecord
}

export type RotationOutcome =
  | { readonly outcome: 'won' }
  /** Somebody else rotated it first; this is what is stored now. Nothing was written. */
  | ({ readonly outcome: 'rotated' } & FoundRefreshToken)
  /** Its grant is revoked, rotated or not, or there is no such token. Nothing was written. */
  | { readonly outcome: 'dead' }

export interface RefreshTokenStore {
  /** Reads a token, its grant and whether its successor was used, in one round trip; dead ones too. */
  find(id: string): Awaitable<FoundRefreshToken | undefined>
  /**
   * ATOMIC, one transaction: marks the token as rotated (`rotatedAt = now`, `successorId`, `sealedSuccessor`,
   * `sealedUntil`), clears `sealedSuccessor` and `sealedUntil` of the token `predecessorId` (which may be gone), adds the
   * successor and the access token, for exactly one caller and only while the grant is not revoked.
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
