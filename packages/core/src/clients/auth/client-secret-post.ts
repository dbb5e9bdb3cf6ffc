import type { ClientAuthMethod } from '../../contracts/client-auth-method.ts'
import { verifySecret } from './verify-secret.ts'

/**
 * Authentication by id and secret in the form ({@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749
 * section 2.3.1}).
 */
export const clientSecretPost: ClientAuthMethod = {
  name: 'client_secret_post',
  collect({ parameters }) {
    const secret = parameters.get('client_secret')
    return secret === undefined ? undefined : { clientId: parameters.get('client_id') ?? '', secret }
  },
  verify: verifySecret,
}
