import type { AccessTokenRecord } from './access-token.ts'
import type { AuthorizationCodeRecord } from './authorization-code.ts'
import type { Awaitable } from './awaitable.ts'
import type { ConsentRecord } from './consent.ts'
import type { GrantRecord } from './grant.ts'
import type { RecordTake } from './record.ts'
import type { RefreshTokenRecord } from './refresh-token.ts'

/**
 * A transaction that ends one thing and begins another: a sign-in in progress becomes a grant with a code, or an
 * approved device code becomes a grant with tokens. All its writes take place, or none. Every member may be absent.
 */
export interface GrantCommit {
  /** The condition: each of these records exists, in the named version if there is one. The commit removes them. */
  readonly take?: readonly RecordTake[]
  /** The consent to remember, as `ConsentStore.remember` does it. */
  readonly consent?: ConsentRecord
  /** The grant to add. If its id is taken, the whole commit fails; the same holds for the code and the tokens. */
  readonly grant?: GrantRecord
  readonly code?: AuthorizationCodeRecord
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: RefreshTokenRecord
}

export interface GrantStore {
  /**
   * ATOMIC, one transaction or one conditional batch: removes the records, remembers the consent, and adds the grant,
   * the code and the tokens. Of several callers that take the same record exactly one gets `won`. `gone`: a record did
   * not exist or had another version; then nothing changed.
   */
  commit(commit: GrantCommit): Awaitable<'won' | 'gone'>
  find(id: string): Awaitable<GrantRecord | undefined>
  /** Reads the live grants of a user (not revoked, not expired at `now`), newest first. */
  list(query: { readonly userId: string; readonly now: number }): Awaitable<readonly GrantRecord[]>
  /**
   * ATOMIC. Ends a grant. It answers `true` to the one call that ended it, and `false` when the grant was ended before
   * or is unknown.
   */
  revoke(query: { readonly id: string; readonly now: number }): Awaitable<boolean>
  /**
   * Ends every live grant that matches ALL of the given members, in one write, and answers how many. Without a user,
   * a client and a session it fails, since it would end the grants of everybody.
   */
  revokeAll(query: {
    readonly userId?: string
    readonly clientId?: string
    readonly sessionId?: string
    readonly offline?: boolean
    readonly now: number
  }): Awaitable<number>
}
