import type { AuthorizationParameter } from '../../contracts/authorization-parameter.ts'
import { timingSafeEqual } from '../../crypto/timing-safe-equal.ts'
import { OAuthError } from '../../protocol/errors.ts'

/** The authorization parameter that binds a code to a key. */
export const codeParameter = 'dpop_jkt'

/**
 * Binds the authorization code to a key before the client has used it: whoever steals the code cannot redeem it without the
 * key ({@link https://www.rfc-editor.org/rfc/rfc9449#section-10 RFC 9449 section 10}). It holds for every client, also for
 * one with a secret.
 */
export const codeBinding: AuthorizationParameter<string> = {
  name: codeParameter,
  keptWith: 'code',
  parse(parameters) {
    const thumbprint = parameters.get(codeParameter)
    if (thumbprint !== undefined && !/^[\w-]{43}$/.test(thumbprint)) {
      throw new OAuthError(
        'invalid_request',
        'dpop_jkt must be the SHA-256 thumbprint of a JWK, 43 characters of base64url',
      )
    }
    return thumbprint
  },
  checkRedemption(thumbprint, { binding }) {
    const proved = binding?.cnf.jkt
    if (proved !== undefined && timingSafeEqual(proved, thumbprint)) return
    const cause = proved === undefined ? 'the request has no DPoP proof' : 'the proof is of another key than dpop_jkt'
    throw new OAuthError('invalid_grant', 'the code is bound to a key: prove that key with a DPoP proof', { cause })
  },
}
