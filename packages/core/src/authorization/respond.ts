import type { Context } from '../contracts/context.ts'
import { asOAuthError } from '../policy/failure.ts'
import { responseModeOf } from '../policy/response-mode.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { AuthorizationResponse, RedirectTarget } from '../protocol/errors.ts'

/** Where the answer to a request goes, and how. */
export function targetOf({ clientId, redirectUri, state, responseMode }: AuthorizationRequest): RedirectTarget {
  return { clientId, redirectUri, state, responseMode }
}

/**
 * Inside this wrapper every error belongs to the client: it carries the verified redirect target, or stays on a page of
 * ours ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}).
 * @param findTarget is asked after an error alone, so that a request that succeeds costs no look-up for it; where it
 * fails itself, the error stays on a page
 */
export async function towardsClient(
  findTarget: () => Promise<RedirectTarget | 'never'>,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (thrown) {
    throw asOAuthError(thrown).towards(await findTarget().catch(() => 'never' as const))
  }
}

/** Takes a response to the client, in the response mode that it asked for. */
export async function respondToClient(
  ctx: Context,
  request: Request,
  authorization: AuthorizationRequest,
  response: AuthorizationResponse,
): Promise<Response> {
  const mode = responseModeOf(ctx.registry, authorization.responseMode)
  return mode.respond(ctx, request, targetOf(authorization), response)
}
