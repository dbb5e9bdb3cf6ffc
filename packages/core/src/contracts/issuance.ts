import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { Binding } from './sender-constraint.ts'

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
  /** What features say about the access token. Only members that a feature names in `tokenMembers` leave the server. */
  readonly extra?: Extra
  /** The key that the request proved: the core adds it to what a grant type decided. */
  readonly binding?: Binding
  /** Mint a refresh token and hand it to `commit`. */
  readonly refresh: boolean
  readonly refreshTokenWithheld?: 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted'
  /**
   * @returns the refresh token to answer with, if any
   * @throws {OAuthError} `invalid_grant` when somebody else won; nothing was written then
   */
  commit(minted: Minted): Promise<{ readonly refreshToken?: string }>
}

/** A successful answer of the token endpoint ({@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC 6749 section 5.1}). */
export interface TokenAnswer {
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}
