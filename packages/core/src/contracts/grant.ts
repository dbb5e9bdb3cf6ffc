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

/** The facts that a grant is made from: the client, the user, and what the user approved. */
export interface GrantFacts {
  readonly client: ClientRecord
  readonly userId: string
  /**
   * The session in which the user approved. Absent when there was none, for instance when the user approved on a phone.
   */
  readonly session?: Session
  readonly scope: readonly string[]
  /** The resources that the user approved. Default: none, and the token request chooses. */
  readonly resources?: readonly string[]
  readonly claims?: ClaimsRequest | undefined
  /** The reference under which the user approved (`consentReferenceResolver`). */
  readonly referenceId?: string | undefined
  /**
   * The versions of the withdrawal marks that existed before anything was read that the approval relies on. A mark that
   * is not among them was made later.
   */
  readonly withdrawals: readonly string[]
  /** Members that features keep with the grant. */
  readonly extra?: Extra
  /**
   * What makes the grant, for `provider.listConnectedApps`: `code` (the default) or the name that a feature gives. An
   * interaction says the name of its completion.
   */
  readonly via?: string
}

/**
 * A grant that is not stored yet. It is plain JSON: a feature may keep it in a record between the approval and the
 * request that gets the tokens.
 */
export interface NewGrant {
  readonly grant: GrantRecord
  /** The versions of the withdrawal marks that were known when the user approved. */
  readonly withdrawals: readonly string[]
}

/** What to write together with a new grant, all or nothing. */
export interface NewGrantCommit {
  /** Records that must exist in these versions. The commit deletes them. */
  readonly take?: readonly RecordTake[]
  readonly consent?: ConsentRecord
  readonly code?: AuthorizationCodeRecord
  readonly accessToken?: AccessTokenRecord
  readonly refreshToken?: RefreshTokenRecord
}
