import type { AuthorizationParameter } from '../../contracts/authorization-parameter.ts'
import { timingSafeEqual } from '../../crypto/timing-safe-equal.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { instanceKeyName } from './names.ts'

/**
 * Binds the code of a request to the instance that has pushed it, so that no other instance of the client can redeem it
 * (draft-ietf-oauth-attestation-based-client-auth-10, "Binding of OAuth protocol artifacts"). The server adds the parameter
 * to such requests.
 */
export const codeBinding: AuthorizationParameter<string> = {
  name: instanceKeyName,
  keptWith: 'code',
  parse(parameters) {
    const thumbprint = parameters.get(instanceKeyName)
    if (thumbprint !== undefined && !/^[\w-]{43}$/.test(thumbprint)) {
      throw new OAuthError('invalid_request', `${instanceKeyName} is not the thumbprint of a key: leave it out`)
    }
    return thumbprint
  },
  checkRedemption(thumbprint, { instance }) {
    const proved = instance?.cnf[instanceKeyName]
    if (proved !== undefined && timingSafeEqual(proved, thumbprint)) return
    throw new OAuthError('invalid_grant', 'the code belongs to another instance of the client', {
      cause: proved === undefined ? 'the request has no client attestation' : 'the attestation is of another key',
    })
  },
}
