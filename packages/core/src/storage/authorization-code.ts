import type { AccessTokenRecord } from './access-token.ts'
import type { Awaitable } from './awaitable.ts'
import type { Extra } from './extra.ts'
import type { GrantRecord } from './grant.ts'
import type { RefreshTokenRecord } from './refresh-token.ts'

/** An authorization code ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 RFC 6749 section 4.1.2}). */
export interface AuthorizationCodeRecord {
  readonly id: string
  /** SHA-256 of the whole code, base64url. */
  readonly secretHash: string
  readonly grantId: string
  readonly redirectUri: string
  readonly redirectUriSent: boolean
  /** The PKCE challenge (S256). It is absent only for a confidential client that need not use PKCE. */
  readonly codeChallenge?: string
  readonly nonce?: string
  /** What features store with the code. */
  readonly extra?: Extra
  readonly createdAt: number
  readonly expiresAt: number
  /**
   * Seconds since the epoch at which it was redeemed. A redeemed code stays in storage, so that a replay is recognised.
   */
  readonly consumedAt?: number
}

/** What the redemption of a code writes in its transaction. A JWT access token has no record. */
export interface CodeRedemption {
  readonly id: string
  readonly now: number
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: RefreshTokenRecord
}

export interface AuthorizationCodeStore {
  /** Reads a code and its grant in one round trip. It also answers consumed and expired codes. */
  find(id: string): Awaitable<{ readonly code: AuthorizationCodeRecord; readonly grant: GrantRecord } | undefined>
  /**
   * ATOMIC, one transaction: marks the code as consumed and adds the tokens, for exactly one caller (`won`).
   * `replayed`: the code was consumed before, even when its grant was revoked since. `dead`: the code was not consumed
   * and its grant is revoked; or there is no such code; or its grant was purged, whether the code was consumed or not.
   * With either answer nothing changes. The core has checked `expiresAt` before.
   */
  redeem(redemption: CodeRedemption): Awaitable<'won' | 'replayed' | 'dead'>
}
