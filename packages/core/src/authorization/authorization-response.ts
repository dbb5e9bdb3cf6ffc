import type { Context } from '../contracts/context.ts'
import { errorParameters } from '../http/error-response.ts'
import { asOAuthError } from '../policy/failure.ts'
import { responseModeOf, responseModeOfError } from '../policy/response-mode.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { type AuthorizationResponse, OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import { type Awaitable, isThenable } from '../storage/awaitable.ts'
import type { ClientRecord } from '../storage/client.ts'

/** Returns where the response to a request goes, and in which response mode. */
export function targetOf({
  clientId,
  redirectUri,
  state,
  responseMode,
  uiLocales,
}: AuthorizationRequest): RedirectTarget {
  if (redirectUri === undefined)
    throw new TypeError('the response cannot be sent to the client: the authorization has no redirectUri')
  return { clientId, redirectUri, state, responseMode, uiLocales }
}

/**
 * Returns where an error goes. The response mode of a request that was read before may no longer be usable: the client was
 * changed, or this process lacks the feature that brings the mode.
 */
export function targetOfError(ctx: Context, client: ClientRecord, authorization: AuthorizationRequest): RedirectTarget {
  const target = targetOf(authorization)
  const responseMode = responseModeOfError(ctx.registry, client, target.responseMode, target.redirectUri)
  return { ...target, responseMode }
}

/** Returns an error that stays on a page, because it cannot be sent to the client. */
export function onPage(thrown: unknown): OAuthError {
  const { code, description, details } = asOAuthError(thrown)
  return new OAuthError(code, description, { ...details, redirect: 'never' })
}

/** Sends a response to the client through the browser, in the response mode that the client asked for. */
export function respondToClient(
  ctx: Context,
  request: Request,
  target: RedirectTarget,
  parameters: AuthorizationResponse,
): Awaitable<Response> {
  const mode = responseModeOf(ctx.registry, target.responseMode)
  // Every response names its issuer, so that a client of several servers can tell which one responded (RFC 9207 section
  // 2).
  const named = Object.assign({}, parameters, { state: target.state, iss: ctx.config.issuer })
  return mode.respond(ctx, request, target, named)
}

/**
 * Makes the response to a request that succeeds. Call it before the only write: the response is sent after it.
 * @throws {OAuthError} which stays on a page, because an error could not be sent in this response mode either
 */
export function successResponse(
  ctx: Context,
  request: Request,
  target: RedirectTarget,
  parameters: AuthorizationResponse,
): Awaitable<Response> {
  const fail = (thrown: unknown): never => {
    throw onPage(thrown)
  }
  try {
    const response = respondToClient(ctx, request, target, parameters)
    return isThenable(response) ? Promise.resolve(response).catch(fail) : response
  } catch (thrown) {
    return fail(thrown)
  }
}

/**
 * Sends an error to the client through the browser ({@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1 RFC
 * 6749 section 4.1.2.1}).
 */
export async function respondWithError(
  ctx: Context,
  request: Request,
  target: RedirectTarget,
  error: OAuthError,
): Promise<Response> {
  return respondToClient(ctx, request, target, errorParameters(error))
}
