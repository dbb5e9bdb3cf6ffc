import type { AuthorizedCode } from '../processes/host.ts'

/** What is known of an action: the client got an answer, or none, so that it may have happened or not. */
export type Known = 'no' | 'unknown' | 'yes'

/** What a client knows of one grant, from what the server has answered. */
export interface GrantEntry {
  readonly code: AuthorizedCode
  redeemed: Known
  /** The access tokens of acknowledged answers. */
  readonly accessTokens: string[]
  /** The refresh tokens whose rotation was acknowledged, oldest first. */
  readonly rotated: string[]
  /** The newest acknowledged refresh token. */
  refreshToken: string | undefined
  /** Whether the revocation of the grant was asked for, and acknowledged. */
  revoked: Known
  /** Access tokens whose own revocation was acknowledged. */
  readonly revokedTokens: string[]
  /** Access tokens whose own revocation had no answer. */
  readonly uncertainTokens: string[]
}

/** An answer, or a request without one. */
export interface Sample {
  /** The number of the process. */
  readonly process: number
  /** Milliseconds of `performance.now()`. */
  readonly began: number
  readonly ended: number
  readonly isAnswered: boolean
}

/** All that the clients of a run have seen. */
export interface Journal {
  readonly grants: GrantEntry[]
  /** Acknowledged access tokens of `client_credentials`. */
  readonly machineTokens: string[]
  readonly samples: Sample[]
  /** Answers that a client must never get, whatever happens to the database. */
  readonly faults: string[]
}

export function emptyJournal(): Journal {
  return { grants: [], machineTokens: [], samples: [], faults: [] }
}

export function grantEntry(code: AuthorizedCode): GrantEntry {
  return {
    ...{ code, redeemed: 'no', accessTokens: [], rotated: [], refreshToken: undefined },
    ...{ revoked: 'no', revokedTokens: [], uncertainTokens: [] },
  }
}
