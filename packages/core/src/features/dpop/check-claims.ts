import { isSameTarget } from './target-uri.ts'

type Members = Readonly<Record<string, unknown>>

/** What the claims of a proof must match. */
export interface ClaimFacts {
  /** The method of the request, as it was sent. */
  readonly method: string
  /** The URL of the endpoint, as the server publishes it. */
  readonly endpoint: string
  /** The SHA-256 of the access token that the request presents, in base64url. */
  readonly tokenHash?: string
}

/**
 * Checks the claims of a proof, without its nonce and times ({@link
 * https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}).
 * @returns a text for the developer of the client that says what is wrong; `undefined` when they are right
 */
export function claimProblem(claims: Members, facts: ClaimFacts): string | undefined {
  const { jti, htm, htu, ath } = claims
  if (typeof jti !== 'string' || jti === '') return 'jti must be a string that is not empty'
  if (htm !== facts.method) return `htm must be ${facts.method}, the method of the request`
  if (typeof htu !== 'string' || !isSameTarget(htu, facts.endpoint)) {
    return `htu must be ${facts.endpoint}, the URL of the request without query and fragment`
  }
  if (facts.tokenHash !== undefined && ath !== facts.tokenHash) return 'ath must be the hash of the access token'
  return undefined
}
