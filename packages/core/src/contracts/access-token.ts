import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { Extra } from '../storage/extra.ts'

/** What a good access token says. */
export interface VerifiedAccessToken {
  readonly kind: 'opaque' | 'jwt'
  /** The row's id, or the `jti`. */
  readonly id: string
  readonly clientId: string
  /** The host's own user id, whatever `sub` a client sees; absent for a machine token. */
  readonly userId?: string
  /** The host's own session id, whatever `sid` a client sees. Do not pass it on to clients. */
  readonly sessionId?: string
  /** Seconds since the epoch at which the user last authenticated, as far as the approval knows. */
  readonly authTime?: number
  /** The authentication context class of the session in which the user approved. */
  readonly acr?: string
  /** The authentication methods of that session ({@link https://www.rfc-editor.org/rfc/rfc8176 RFC 8176}). */
  readonly amr?: readonly string[]
  readonly grantId?: string
  /** The host's partition of consents (`consentReferenceResolver`) under which the user approved. */
  readonly referenceId?: string
  readonly scopes: readonly string[]
  /** The claims that the client asked for one by one, and the user agreed to. */
  readonly requestedClaims?: ClaimsRequest
  /** The resources it is for; empty for an opaque token, which is for this server. */
  readonly audience: readonly string[]
  /** Seconds since the epoch. */
  readonly issuedAt: number
  readonly expiresAt: number
  /**
   * What features say about the token, and `cnf`: the key that it is bound to. A token with `cnf` is good with a proof of
   * that key alone: whoever serves a request with it has to look for the proof.
   */
  readonly extra?: Extra
  /** The claims of a JWT. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** An access token as a request presented it. */
export interface PresentedAccessToken {
  readonly token: VerifiedAccessToken
  /** Headers of the answer, for instance a new nonce of a sender constraint. */
  readonly headers: Readonly<Record<string, string>>
}
