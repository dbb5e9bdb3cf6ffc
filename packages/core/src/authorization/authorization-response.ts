import type { Context } from '../contracts/context.ts'
import { errorParameters } from '../http/error-response.ts'
import { responseModeOf } from '../policy/response-mode.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { AuthorizationResponse, OAuthError, RedirectTarget } from '../protocol/errors.ts'

/** Where the answer to a request goes, and how. */
export function targetOf({ clientId, redirectUri, state, responseMode }: AuthorizationRequest): RedirectTarget {
  if (redirectUri === undefined) throw new TypeError('an answer through the browser needs a redirect URI')
  return { clientId, redirectUri, state, responseMode }
}

/** Takes a response to the client, in the response mode that it asked for. */
export async function respondToClient(
  ctx: Context,
  request: Request,
  target: RedirectTarget,
  parameters: AuthorizationResponse,
): Promise<Response> {
  const mode = responseModeOf(ctx.registry, target.responseMode)
  // Every response names its issuer: a client of several servers can tell who answers (RFC 9207 section 2).
  return mode.respond(ctx, request, target, { ...parameters, state: target.state, iss: ctx.config.issuer })
}

/** Takes an error to the client ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC 6749 section 4.1.2.1}). */
export async function respondWithError(
  ctx: Context,
  request: Request,
  target: RedirectTarget,
  error: OAuthError,
): Promise<Response> {
  return respondToClient(ctx, request, target, errorParameters(error))
}
