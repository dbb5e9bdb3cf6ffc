import type { AuthorizationResponse, RedirectTarget } from '../protocol/errors.ts'
import type { Awaitable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { Context } from './context.ts'

/**
 * A value of `response_mode`: how the parameters of an authorization response or error get to the redirect URI ({@link
 * https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes Multiple Response Types section
 * 2.1}).
 */
export interface ResponseMode {
  readonly name: string
  /**
   * Returns why the client cannot use this mode with the redirect URI, or `undefined` when it can. An error then goes to
   * the redirect URI in the query.
   */
  problem?(redirectUri: string, client: ClientRecord): string | undefined
  /**
   * Makes the response that takes the parameters to the client. Parameters that are `undefined` are left out. A response with
   * a code is made before the code is stored, so that a response that cannot be made uses nothing up. What it throws is shown
   * on a page.
   */
  respond(
    ctx: Context,
    request: Request,
    target: RedirectTarget,
    parameters: AuthorizationResponse,
  ): Awaitable<Response>
}

/** A rule about which response modes a client may use. */
export interface ResponseModeRule {
  /**
   * Returns the mode that the client must ask for in place of this one, or `undefined` when it may use this one. The server
   * refuses such a request, and sends the error in the mode that the client must use.
   * @param client `undefined` for the discovery documents: whether the rule holds for every client
   */
  instead(mode: string, client: ClientRecord | undefined): string | undefined
}
