import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { Extra } from './extra.ts'

/**
 * One approval of one user for one client. Every code and token belongs to a grant. Revoking the grant is one write
 * and ends them all, also those that are being made at that moment, because every read of a token reads its grant.
 */
export interface GrantRecord {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  /** The session of your application in which the user approved. */
  readonly sessionId?: string
  readonly scope: readonly string[]
  /** The resources of the authorization request (RFC 8707). Empty when the token request alone names them. */
  readonly resources: readonly string[]
  /** Seconds since the epoch at which the user last authenticated. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  /** The reference under which the user approved (`consentReferenceResolver`), for instance an organisation. */
  readonly referenceId?: string
  /** The claims that the client asked for by name (`claims` parameter) and the user approved. */
  readonly claims?: ClaimsRequest
  /** What features store with the grant. */
  readonly extra?: Extra
  /** Whether the user gave it for offline access, so that it outlives the session. */
  readonly offline: boolean
  readonly createdAt: number
  /** Seconds since the epoch from which no code and no token of the grant is valid, refreshed or not. */
  readonly expiresAt: number
  readonly revokedAt?: number
}

/**
 * What verifying an access token needs of its grant: whether it lives, and what the token says of the user. The other
 * members are for the token endpoint.
 */
export type TokenGrant = Pick<
  GrantRecord,
  | 'id'
  | 'clientId'
  | 'userId'
  | 'sessionId'
  | 'authTime'
  | 'acr'
  | 'amr'
  | 'referenceId'
  | 'claims'
  | 'expiresAt'
  | 'revokedAt'
>
