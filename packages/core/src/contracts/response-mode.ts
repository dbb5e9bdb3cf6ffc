import type { AuthorizationResponse, RedirectTarget } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { Context } from './context.ts'

/**
 * A value of `response_mode`: how the parameters of an authorization response or error get to the redirect URI ({@link
 * https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes Multiple Response Types section
 * 2.1}).
 */
export interface ResponseMode {
  readonly name: string
  /**
   * Returns why this mode cannot be used with the redirect URI, or `undefined` when it can. An error then goes to the
   * redirect URI in the query.
   */
  problem?(redirectUri: string): string | undefined
  /** Makes the response that takes the parameters to the client. Parameters that are `undefined` are left out. */
  respond(
    ctx: Context,
    request: Request,
    target: RedirectTarget,
    parameters: AuthorizationResponse,
  ): Awaitable<Response>
}
