import type { Core } from '../../contracts/core.ts'
import type { TokenRequest } from '../../contracts/grant-type.ts'
import type { Issuance, OwnAnswer } from '../../contracts/issuance.ts'
import type { GrantRecord } from '../../storage/grant.ts'

/** Whom a subject token is about, and how the user authenticated for it. */
export interface Subject {
  readonly userId: string
  /** The live grant that the token belongs to. What is issued for the token ends with it. */
  readonly grant: GrantRecord
  /** Seconds since the epoch. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
}

/** A row: a kind of subject token that this server accepts ({@link https://www.rfc-editor.org/rfc/rfc8693#section-3 RFC 8693 section 3}). */
export interface SubjectTokenReader {
  /** The value of `subject_token_type`. */
  readonly type: string
  /**
   * Reads and verifies a token that belongs to the client of the request.
   * @throws {OAuthError} `invalid_request` when it is not valid
   */
  read(core: Core, request: TokenRequest, token: string): Promise<Subject>
}

/** A row: a kind of token that this server issues in exchange. */
export interface IssuedTokenKind {
  /** The value of `requested_token_type` and `issued_token_type`. */
  readonly type: string
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
