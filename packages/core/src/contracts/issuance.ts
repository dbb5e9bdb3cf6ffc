import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'

/** What was minted and waits to be written. */
export interface Minted {
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: { readonly text: string; readonly record: RefreshTokenRecord }
}

/**
 * What a grant type decided, as plain data: who gets which tokens. `tokens/issue` mints them and then calls `commit`,
 * the one write: it consumes what may be used once and stores the tokens in the same transaction. Nothing that was
 * minted leaves the server unless the write was won.
 */
export interface Issuance {
  readonly grantType: string
  readonly client: ClientRecord
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** Absent for a machine token. */
  readonly grant?: GrantRecord
  readonly nonce?: string
  /** Mint a refresh token and hand it to `commit`. */
  readonly refresh: boolean
  readonly refreshTokenWithheld?: 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted'
  /**
   * @returns the refresh token to answer with, if any
   * @throws {OAuthError} `invalid_grant` when somebody else won; nothing was written then
   */
  commit(minted: Minted): Promise<{ readonly refreshToken?: string }>
}
