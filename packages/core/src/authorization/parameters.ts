import type { Context } from '../contracts/context.ts'
import type { KeptRequest } from '../contracts/parameter-source.ts'
import { refuseRepeated, type UncheckedParameters } from '../http/parameters.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import { isThenable } from '../storage/awaitable.ts'
import { redirectTarget, verifyClient } from './client.ts'
import { errorTarget } from './error-target.ts'
import { resolveRequestUri } from './request-uri.ts'

/** The parameters to use, and the records that they came from. */
export type ResolvedParameters = Pick<KeptRequest, 'parameters'> & Partial<KeptRequest>

/**
 * Asks every source whether it admits a request at the authorization endpoint, before anything resolves its parameters.
 * An error goes to the redirect URI in the request, if the client registered it.
 * @throws {OAuthError} for instance `invalid_request` for a client that must push its requests
 */
export async function admitRequest(ctx: Context, request: Request, sent: UncheckedParameters): Promise<void> {
  try {
    for (const source of ctx.registry.parameterSources) {
      const admitting = source.admit?.(ctx, sent)
      if (isThenable(admitting)) await admitting
    }
  } catch (thrown) {
    throw asOAuthError(thrown).towards(await targetOf(ctx, request, sent))
  }
}

/**
 * Returns the parameters to use: those that were sent, or those that the host or a feature has in their place. An error
 * goes to the redirect URI in the request, if the client registered it.
 * @throws {OAuthError} for instance `invalid_request_uri`
 */
export async function resolveParameters(
  ctx: Context,
  request: Request,
  sent: UncheckedParameters,
): Promise<ResolvedParameters> {
  const fromHost = sent.has('request_uri') ? await resolveRequestUri(ctx, sent) : undefined
  if (fromHost !== undefined) {
    // Only these parameters say for certain which client it is, and that no feature has stored them.
    await admitRequest(ctx, request, fromHost)
    return { parameters: fromHost }
  }
  const { parameterSources } = ctx.registry
  try {
    for (const source of parameterSources) {
      const answer = source.resolve(ctx, sent)
      const resolved = isThenable(answer) ? await answer : answer
      if (resolved !== undefined) return 'parameters' in resolved ? resolved : { parameters: resolved }
    }
    if (parameterSources.length > 0 && sent.get('request_uri') !== undefined) {
      throw new OAuthError('invalid_request_uri', 'request_uri is unknown or has expired')
    }
  } catch (thrown) {
    throw asOAuthError(thrown).towards(await targetOf(ctx, request, sent))
  }
  return { parameters: sent }
}

/**
 * Returns where an error goes while only the sent parameters are known; `never` when the client or redirect URI cannot
 * be verified.
 */
async function targetOf(ctx: Context, request: Request, sent: UncheckedParameters): Promise<RedirectTarget | 'never'> {
  try {
    if (sent.repeated.has('client_id') || sent.repeated.has('redirect_uri')) refuseRepeated(sent)
    const verified = await verifyClient(ctx, sent)
    return await errorTarget(ctx, request, verified.client, redirectTarget(ctx, verified, sent))
  } catch {
    return 'never'
  }
}
