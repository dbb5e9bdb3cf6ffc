import { sha256 } from '../crypto/hash.ts'
import { timingSafeEqual } from '../crypto/timing-safe-equal.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { isPublic } from './client.ts'

/** A SHA-256 digest in base64url: 43 characters, of which the last one carries only four bits. */
const s256Challenge = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
/** The form of a code verifier ({@link https://www.rfc-editor.org/rfc/rfc7636#section-4.1 RFC 7636 section 4.1}). */
const verifier = /^[A-Za-z0-9._~-]{43,128}$/

export interface PkceRequest {
  readonly challenge: string | undefined
  readonly method: string | undefined
  readonly scope: readonly string[]
  /** Whether `require_pkce: false` exempts the client also when it asks for `offline_access`. */
  readonly offlineWithout?: boolean
}

/**
 * Checks the code challenge of an authorization request and returns it; `undefined` when the request has none and needs
 * none. The method must be S256. Only a confidential client with `require_pkce: false` may leave PKCE out, and not with
 * `offline_access`.
 * @throws {OAuthError} `invalid_request` ({@link https://www.rfc-editor.org/rfc/rfc7636#section-4.4.1 RFC 7636 section
 * 4.4.1})
 */
export function checkChallenge(client: ClientRecord, request: PkceRequest): string | undefined {
  const { challenge, method } = request
  if (challenge === undefined && method === undefined) {
    if (isPublic(client)) throw new OAuthError('invalid_request', 'pkce is required for public clients')
    // First the rule that PKCE alone meets: a client that left offline_access out instead would be refused again.
    if (client.metadata.require_pkce) throw new OAuthError('invalid_request', 'pkce is required for this client')
    if (request.scope.includes('offline_access') && request.offlineWithout !== true) {
      throw new OAuthError(
        'invalid_request',
        'pkce is required when requesting offline_access scope, also for clients with require_pkce: false',
      )
    }
    return undefined
  }
  if (challenge === undefined || method === undefined) {
    throw new OAuthError('invalid_request', 'code_challenge and code_challenge_method must both be provided')
  }
  if (method !== 'S256') {
    throw new OAuthError('invalid_request', 'invalid code_challenge method, only S256 is supported')
  }
  if (!s256Challenge.test(challenge)) {
    throw new OAuthError('invalid_request', 'code_challenge must be a SHA-256 digest in base64url without padding')
  }
  return challenge
}

/**
 * Checks the `code_verifier` of a token request against the challenge of the authorization request. When neither has
 * PKCE, there is nothing to check.
 * @throws {OAuthError} `invalid_grant` for a verifier that is missing, malformed or wrong, or comes without a challenge
 * ({@link https://www.rfc-editor.org/rfc/rfc7636#section-4.6 RFC 7636 section 4.6})
 */
export async function checkVerifier(challenge: string | undefined, presented: string | undefined): Promise<void> {
  if (challenge === undefined) {
    if (presented === undefined) return
    throw new OAuthError('invalid_grant', 'code_verifier provided but PKCE was not used in authorization')
  }
  if (presented === undefined) {
    throw new OAuthError('invalid_grant', 'code_verifier required because PKCE was used in authorization')
  }
  if (!verifier.test(presented)) {
    throw new OAuthError('invalid_grant', 'code_verifier must be 43 to 128 unreserved characters')
  }
  const hash = sha256(presented)
  if (!timingSafeEqual(hash instanceof Promise ? await hash : hash, challenge))
    throw new OAuthError('invalid_grant', 'invalid code_verifier')
}
