import type { Context } from '../contracts/context.ts'
import { refuseRepeated, type UncheckedParameters } from '../http/parameters.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import { redirectTarget, verifyClient } from './client.ts'
import { errorTarget } from './error-target.ts'
import { resolveRequestUri } from './request-uri.ts'

/**
 * Returns the parameters to use: those that were sent, or those that the host or a feature has in their place. An error
 * goes to the redirect URI in the request, if the client registered it.
 * @throws {OAuthError} for instance `invalid_request_uri`
 */
export async function resolveParameters(
  ctx: Context,
  request: Request,
  sent: UncheckedParameters,
): Promise<UncheckedParameters> {
  const fromHost = await resolveRequestUri(ctx, sent)
  if (fromHost !== undefined) return fromHost
  const { parameterSources } = ctx.registry
  try {
    for (const source of parameterSources) {
      const resolved = await source.resolve(ctx, sent)
      if (resolved !== undefined) return resolved
    }
    if (parameterSources.length > 0 && sent.get('request_uri') !== undefined) {
      throw new OAuthError('invalid_request_uri', 'request_uri is unknown or has expired')
    }
  } catch (thrown) {
    throw asOAuthError(thrown).towards(await targetOf(ctx, request, sent))
  }
  return sent
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
