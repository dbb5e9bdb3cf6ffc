import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { AccessTokenRecord } from '../storage/access-token.ts'
import type { AuthorizationCodeRecord } from '../storage/authorization-code.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'
import type { Extra } from '../storage/extra.ts'
import type { GrantRecord } from '../storage/grant.ts'
import type { RecordTake } from '../storage/record.ts'
import type { RefreshTokenRecord } from '../storage/refresh-token.ts'
import type { Session } from './host.ts'

/** What a grant is made of: who agreed to what, for which client. */
export interface GrantFacts {
  readonly client: ClientRecord
  readonly userId: string
  /** The session in which the user approved; absent when there was none, as with an approval on another channel. */
  readonly session?: Session
  readonly scope: readonly string[]
  /** Default none: the token request decides. */
  readonly resources?: readonly string[]
  readonly claims?: ClaimsRequest | undefined
  /** The host's partition of consents under which the user approved. */
  readonly referenceId?: string | undefined
  /** The marks of withdrawals (by version) that were there before anything was read that the approval relies on. */
  readonly withdrawals: readonly string[]
  /** What features say about the grant. */
  readonly extra?: Extra
}

/**
 * A grant that is not stored yet. It is plain JSON: a feature may keep it in a record between the approval and the request
 * that gets the tokens.
 */
export interface NewGrant {
  readonly grant: GrantRecord
  /** The marks of withdrawals that were known when the user approved. */
  readonly withdrawals: readonly string[]
}

/** What is written together with a new grant, all or nothing. */
export interface NewGrantCommit {
  /** Records that have to be there, in these versions; they are removed. */
  readonly take?: readonly RecordTake[]
  readonly consent?: ConsentRecord
  readonly code?: AuthorizationCodeRecord
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: RefreshTokenRecord
}
