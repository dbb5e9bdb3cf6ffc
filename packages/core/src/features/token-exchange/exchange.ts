import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import type { Issuance, OwnAnswer } from '../../contracts/issuance.ts'
import type { AccessTokenRecord } from '../../storage/access-token.ts'
import type { GrantRecord } from '../../storage/grant.ts'
import type { Actor } from './actor.ts'

/** Whom a subject token is about, and how the user authenticated for it. */
export interface Subject {
  readonly userId: string
  /** The live grant that the token belongs to. What is issued for the token ends with it. */
  readonly grant: GrantRecord
  /** Seconds since the epoch. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  /** What the token gives access to, which is the most that a token in exchange may give. Absent for an ID token. */
  readonly access?: SubjectAccess
}

/** The upper bounds for an access token that a client gets in exchange for a subject token. */
export interface SubjectAccess {
  readonly type: 'access_token' | 'refresh_token' | 'jwt'
  /** The id of the token, or its `jti`. Never the token itself. Absent for a token of another issuer without `jti`. */
  readonly tokenId?: string
  /** The client that the token was issued to. Absent for a token of another issuer. */
  readonly clientId?: string
  /** The other issuer that the token comes from. Absent: this server. */
  readonly issuer?: string
  readonly scope: readonly string[]
  /** The resources that the token is for. Empty for a token that only this server accepts. */
  readonly resources: readonly string[]
  /**
   * Returns the resources of a request that asks for these, as far as the token itself allows them.
   * @throws {OAuthError} `invalid_target`
   */
  resourcesWithin(asked: readonly string[]): readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt: number
  readonly details?: unknown
  /** Who acts for the user with the token already, the newest outermost. */
  readonly act?: Actor
  /** Who may act for the user (`may_act`). It is not checked yet. */
  readonly mayAct?: unknown
  /** The key that the token is bound to. */
  readonly cnf?: unknown
  /**
   * Stores the grant together with the new token, for a subject token of another issuer: its grant begins with the exchange.
   * Absent when the grant is stored already.
   */
  store?(grant: GrantRecord, accessToken: AccessTokenRecord | undefined): Promise<void>
}

/** A row: a kind of subject token that this server accepts ({@link https://www.rfc-editor.org/rfc/rfc8693#section-3 RFC 8693 section 3}). */
export interface SubjectTokenReader {
  /** The value of `subject_token_type`. */
  readonly type: string
  /**
   * Reads and verifies a token that the client of the request may present.
   * @throws {OAuthError} `invalid_request` when it is not valid
   */
  read(core: Core, request: TokenRequest, token: string): Promise<Subject>
}

/** A row: a kind of token that this server issues in exchange. */
export interface IssuedTokenKind {
  /** The value of `requested_token_type` and `issued_token_type`. */
  readonly type: string
  /** The kinds of subject tokens that it is issued for. */
  readonly subjects: readonly SubjectTokenReader[]
  /** Parameters that would change what is issued, and that this kind refuses rather than ignores. */
  readonly refuses: readonly string[]
  /**
   * Checks the request before the subject token is read.
   * @throws {OAuthError} `invalid_request`, `invalid_target` or `invalid_scope`
   */
  prepare(core: Core, request: TokenRequest): PreparedExchange
}

export interface PreparedExchange {
  /** Decides what to issue for this subject. Nothing is written before the answer is made. */
  decide(subject: Subject): Promise<Issuance | OwnAnswer>
}
