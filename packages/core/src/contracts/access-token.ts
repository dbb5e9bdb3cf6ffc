import type { ClaimsRequest } from '../protocol/claims-request.ts'
import type { Extra } from '../storage/extra.ts'

/** What a verified access token says: `provider.verifyAccessToken` and `core.readAccessToken` return it. */
export interface VerifiedAccessToken {
  readonly kind: 'opaque' | 'jwt'
  /** The id of the stored token, or the `jti` of a JWT. */
  readonly id: string
  readonly clientId: string
  /** The host's own user id, even where the client gets a pairwise `sub`. Absent for a machine token. */
  readonly userId?: string
  /** The host's own session id. Do not pass it on to clients: they know the session by another name (`sid`). */
  readonly sessionId?: string
  /**
   * When the user last authenticated before approving, in seconds since the epoch. Absent when the host had no session.
   */
  readonly authTime?: number
  /** The authentication context class of the session in which the user approved. */
  readonly acr?: string
  /** The authentication methods of that session ({@link https://www.rfc-editor.org/rfc/rfc8176 RFC 8176}). */
  readonly amr?: readonly string[]
  /** The grant that the token came from; `provider.revokeGrant` ends it. Absent for a machine token. */
  readonly grantId?: string
  /** The reference under which the user approved (`consentReferenceResolver`). */
  readonly referenceId?: string
  readonly scopes: readonly string[]
  /** The claims that the client requested by name (`claims` parameter) and the user agreed to. */
  readonly requestedClaims?: ClaimsRequest
  /** The resources (audiences) that the token is for. Empty for an opaque token that only this server accepts. */
  readonly audience: readonly string[]
  /** Seconds since the epoch. */
  readonly issuedAt: number
  /** Seconds since the epoch. From this second on, the token is refused. */
  readonly expiresAt: number
  /**
   * Members that features added to the token, and `cnf`: the key that the token is bound to. A token with `cnf` is
   * valid only together with a proof of that key, so an endpoint that accepts the token must check the proof.
   * `core.readAccessToken` does.
   */
  readonly extra?: Extra
  /** All claims of the token when it is a JWT. */
  readonly claims?: Readonly<Record<string, unknown>>
}

/** A verified access token that a request presented, and headers that belong to the response. */
export interface PresentedAccessToken {
  readonly token: VerifiedAccessToken
  /** Headers to add to the response, for instance a new nonce of a sender constraint. */
  readonly headers: Readonly<Record<string, string>>
}
