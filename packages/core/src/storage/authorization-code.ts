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
  /** The S256 challenge; absent only for a confidential client that is exempt from PKCE. */
  readonly codeChallenge?: string
  readonly nonce?: string
  /** What features say about the code. */
  readonly extra?: Extra
  readonly createdAt: number
  readonly expiresAt: number
  /** Seconds since the epoch at which it was redeemed. A redeemed code stays, so that its replay is recognised. */
  readonly consumedAt?: number
}

/** What a redemption writes together with the consumption. Self-contained access tokens have no record. */
export interface CodeRedemption {
  readonly id: string
  readonly now: number
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: RefreshTokenRecord
}

export interface AuthorizationCodeStore {
  /** Reads a code and its grant in one round trip; consumed and expired ones too. */
  find(id: string): Awaitable<{ readonly code: AuthorizationCodeRecord; readonly grant: GrantRecord } | undefined>
  /**
   * ATOMIC, one transaction: consumes the code and adds the tokens, for exactly one caller.
   * `replayed`: the code was consumed before, even when its grant was revoked since. `dead`: the code was not consumed and
   * its grant is revoked; or there is no such code; or its grant was purged, whether the code was consumed or not. With
   * either answer nothing changes. The core has looked at `expiresAt` before.
   */
  redeem(redemption: CodeRedemption): Awaitable<'won' | 'replayed' | 'dead'>
}
