import type { UncheckedParameters } from '../http/parameters.ts'
import type { Context } from './context.ts'

/**
 * A place from which the parameters of an authorization request come when they are not in the request itself: a request
 * object ({@link https://www.rfc-editor.org/rfc/rfc9101 RFC 9101}), a pushed request, or whatever a `request_uri`
 * names.
 */
export interface ParameterSource {
  /**
   * Returns the parameters to use instead of those that were sent, or `undefined` for a request that does not use this
   * source. The server sends an error to the redirect URI in the request if the client registered it, and shows a page
   * otherwise.
   * @throws {OAuthError} for instance `invalid_request_uri` or `invalid_request_object`
   */
  resolve(ctx: Context, sent: UncheckedParameters): Promise<UncheckedParameters | undefined>
}
