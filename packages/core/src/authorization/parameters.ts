import type { Context } from '../contracts/context.ts'
import { refuseRepeated, type UncheckedParameters } from '../http/parameters.ts'
import { asOAuthError } from '../policy/failure.ts'
import { OAuthError, type RedirectTarget } from '../protocol/errors.ts'
import { redirectTarget, verifyClient } from './client.ts'
import { errorTarget } from './error-target.ts'
import { resolveRequestUri } from './request-uri.ts'

/**
 * The parameters that count: those that were sent, or those that the host or a feature has in their place. What goes
 * wrong here is told to the redirect URI that was sent, if that is one of the client's.
 * @throws {OAuthError}
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
      throw new OAuthError('invalid_request_uri', 'request_uri is invalid or expired')
    }
  } catch (thrown) {
    throw asOAuthError(thrown).towards(await targetOf(ctx, request, sent))
  }
  return sent
}

/** Where an error goes as long as only what was sent is known; `never` where that is not safe to know. */
async function targetOf(ctx: Context, request: Request, sent: UncheckedParameters): Promise<RedirectTarget | 'never'> {
  try {
    if (sent.repeated.has('client_id') || sent.repeated.has('redirect_uri')) refuseRepeated(sent)
    const verified = await verifyClient(ctx, sent)
    return await errorTarget(ctx, request, verified.client, redirectTarget(ctx, verified, sent))
  } catch {
    return 'never'
  }
}
