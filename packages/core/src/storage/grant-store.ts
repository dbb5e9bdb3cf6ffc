import type { AccessTokenRecord } from './access-token.ts'
import type { AuthorizationCodeRecord } from './authorization-code.ts'
import type { Awaitable } from './awaitable.ts'
import type { ConsentRecord } from './consent.ts'
import type { GrantRecord } from './grant.ts'
import type { RecordTake } from './record.ts'
import type { RefreshTokenRecord } from './refresh-token.ts'

/**
 * What ends one thing and begins another: a sign-in in progress becomes a grant with a code, an approved device code a
 * grant with tokens. These conditions, these writes: all of them take place or none. Every member may be absent.
 */
export interface GrantCommit {
  /** The condition: each of these records is there, in the version that is named, if one is. They are removed. */
  readonly take?: readonly RecordTake[]
  /** The consent to remember, as `ConsentStore.remember` does it. */
  readonly consent?: ConsentRecord
  /** Added. An id that is taken fails the whole commit; that holds for the code and the tokens, too. */
  readonly grant?: GrantRecord
  readonly code?: AuthorizationCodeRecord
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: RefreshTokenRecord
}

export interface GrantStore {
  /**
   * ATOMIC, one transaction or one conditional batch: removes the records, remembers the consent, and adds the grant, the
   * code and the tokens. Of several callers who take the same record exactly one gets `won`. `gone`: a record was not
   * there, or in another version; then nothing was written and nothing was removed.
   */
  commit(commit: GrantCommit): Awaitable<'won' | 'gone'>
  find(id: string): Awaitable<GrantRecord | undefined>
  /** The live grants of a user (not revoked, not expired at `now`), newest first. */
  list(query: { readonly userId: string; readonly now: number }): Awaitable<readonly GrantRecord[]>
  /** ATOMIC, idempotent. `true` for the one call that ended the grant, `false` when it was ended before or is unknown. */
  revoke(query: { readonly id: string; readonly now: number }): Awaitable<boolean>
  /**
   * Ends every live grant that matches ALL of the members given, in one write; answers how many. Without a user, a
   * client or a session it fails: nobody means everything.
   */
  revokeAll(query: {
    readonly userId?: string
    readonly clientId?: string
    readonly sessionId?: string
    readonly offline?: boolean
    readonly now: number
  }): Awaitable<number>
}
