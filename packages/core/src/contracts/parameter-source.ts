import type { UncheckedParameters } from '../http/parameters.ts'
import type { Context } from './context.ts'

/**
 * Where the parameters of an authorization request are when they are not in the request itself: a request object
 * ({@link https://www.rfc-editor.org/rfc/rfc9101 RFC 9101}), a pushed request, whatever a `request_uri` names.
 */
export interface ParameterSource {
  /**
   * The parameters that count, in place of all that were sent; `undefined` for a request that it has nothing to do with.
   * Its errors go to the redirect URI that was sent, if that is one of the client's, and are a page otherwise.
   * @throws {OAuthError}
   */
  resolve(ctx: Context, sent: UncheckedParameters): Promise<UncheckedParameters | undefined>
}
