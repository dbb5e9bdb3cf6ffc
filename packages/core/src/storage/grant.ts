import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { Extra } from './extra.ts'

/**
 * One approval of one user for one client: the root of every code and token that came from it. Revoking it is one write
 * and kills them all, even those being minted at that moment, because every read of a token reads its grant.
 */
export interface GrantRecord {
  readonly id: string
  readonly clientId: string
  readonly userId: string
  /** The host's session in which the user approved. */
  readonly sessionId?: string
  readonly scope: readonly string[]
  /** Resources bound at the authorization endpoint (RFC 8707); empty when the token request alone decides. */
  readonly resources: readonly string[]
  /** Seconds since the epoch at which the user last authenticated. */
  readonly authTime?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  /** The host's partition of consents (`consentReferenceResolver`) under which the user approved. */
  readonly referenceId?: string
  /** The claims that the request asked for one by one, and the user agreed to. */
  readonly claims?: ClaimsRequest
  /** What features say about the grant. */
  readonly extra?: Extra
  /** Whether it was given for offline access, and so outlives the session. */
  readonly offline: boolean
  readonly createdAt: number
  /** The absolute end: nothing of this grant is good from this second on, refreshed or not. */
  readonly expiresAt: number
  readonly revokedAt?: number
}
