import type { AuthorizationResponse, RedirectTarget } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { Context } from './context.ts'

/**
 * A value of `response_mode`: how the parameters of an authorization response, of an error too, reach the redirect URI
 * ({@link https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes Multiple Response Types section 2.1}).
 */
export interface ResponseMode {
  readonly name: string
  /** Why it cannot be used with this redirect URI, if it cannot. The error then goes there as a query. */
  problem?(redirectUri: string): string | undefined
  /** Takes the parameters to the client; absent ones are left out. */
  respond(
    ctx: Context,
    request: Request,
    target: RedirectTarget,
    parameters: AuthorizationResponse,
  ): Awaitable<Response>
}
