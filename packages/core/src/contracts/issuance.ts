import type { Parameters } from '../http/parameters.ts'
import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { ClientInstance } from './client-instance.ts'
import type { Binding } from './sender-constraint.ts'

/** Tokens that have been minted and are not stored yet. */
export interface Minted {
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: { readonly text: string; readonly record: RefreshTokenRecord }
}

/**
 * The tokens that a grant type decided to issue. `core.issue` mints them and then calls `commit`, the only write: it
 * uses up the code or token and stores the new ones in one transaction. The client gets the tokens only if that write
 * succeeds.
 */
export interface Issuance {
  readonly grantType: string
  readonly client: ClientRecord
  readonly scope: readonly string[]
  readonly resources: readonly string[]
  /** Absent for a machine token. */
  readonly grant?: GrantRecord
  readonly nonce?: string
  /**
   * Members that features keep with the access token. Only members that a feature names in `tokenMembers` leave the
   * server.
   */
  readonly extra?: Extra
  /** The key that the client proved to hold. The core sets it. */
  readonly binding?: Binding | undefined
  /** The instance of the client, to which the refresh token is bound. The core sets it. */
  readonly instance?: ClientInstance | undefined
  /** The parameters of the token request. The core sets them; they are absent for tokens that `core.issue` mints. */
  readonly parameters?: Parameters
  /** Whether to mint a refresh token and pass it to `commit`. */
  readonly refresh: boolean
  /** Why the client gets no refresh token, for the event `tokens.issued`. */
  readonly refreshTokenWithheld?: 'refresh_not_supported' | 'client_may_not_refresh' | 'offline_access_not_granted'
  /** Claims of the ID token that depend on what it is issued with, for instance on the refresh token. */
  idTokenClaims?(issued: IssuedBeside): Promise<Readonly<Record<string, unknown>>>
  /**
   * Uses up what may be used once, and stores the minted tokens, in one transaction.
   * @returns the refresh token for the response, if any
   * @throws {OAuthError} `invalid_grant` when another request was first; nothing was written then
   */
  commit(minted: Minted): Promise<Committed>
}

/** What an ID token is issued with. */
export interface IssuedBeside {
  /** The refresh token as the client gets it, if any. */
  readonly refreshToken: string | undefined
  /** Hashes a text as `at_hash` does, with the hash function of the ID token's signature. */
  hash(text: string): Promise<string>
}

/** What a commit answers. */
export interface Committed {
  readonly refreshToken?: string
  /**
   * When a refresh token that is not the minted one ends if it stays unused, in seconds since the epoch, for the option
   * `exposeRefreshTokenExpiration`.
   */
  readonly refreshTokenExpiresAt?: number
}

/**
 * What a grant type answers when it issues something that is no access token of this server, for instance an assertion
 * for another server ({@link https://www.rfc-editor.org/rfc/rfc8693#section-2.2.1 RFC 8693 section 2.2.1}).
 */
export interface OwnAnswer {
  /**
   * Makes the response, after everything was checked. Headers of a proof of a key (a nonce) are added by the token
   * endpoint.
   */
  answer(): Promise<TokenAnswer>
}

/**
 * The body and headers of a successful token response ({@link https://www.rfc-editor.org/rfc/rfc6749#section-5.1 RFC
 * 6749 section 5.1}).
 */
export interface TokenAnswer {
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}
