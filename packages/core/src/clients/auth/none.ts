import type { ClientAuthMethod } from '../../contracts/client-auth-method.ts'

/**
 * For public clients, which send their id and prove nothing ({@link
 * https://www.rfc-editor.org/rfc/rfc6749#section-3.2.1 RFC 6749 section 3.2.1}). A bearer token is no way to authenticate
 * a client: HTTP clients that send their last token everywhere send it here as well, and it is ignored.
 */
export const none: ClientAuthMethod = {
  name: 'none',
  collect({ authorization, parameters }) {
    const clientId = parameters.get('client_id')
    if (clientId === undefined || (authorization !== undefined && authorization.scheme !== 'bearer')) return undefined
    if (parameters.get('client_secret') !== undefined || parameters.get('client_assertion') !== undefined)
      return undefined
    return { clientId }
  },
  verify() {
    return true
  },
}
