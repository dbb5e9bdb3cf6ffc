import type { Context } from '../contracts/context.ts'
import type { ReadAuthorization } from '../contracts/core.ts'
import { refuseRepeated, type UncheckedParameters } from '../http/parameters.ts'
import { asOAuthError } from '../policy/failure.ts'
import { ignoredScopes } from '../policy/ignored-scopes.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { readAudience } from '../tokens/audience-parameter.ts'
import { hintedSubject } from '../tokens/id-token-hint.ts'
import { redirectTarget, type VerifiedClient, verifyClient } from './client.ts'
import { errorTarget } from './error-target.ts'
import { resolveParameters } from './parameters.ts'
import { parseAuthorizationRequest } from './request.ts'
import { useUp } from './use-up.ts'

/**
 * Reads and checks an authorization request, from wherever its parameters came. Until client and redirect URI are
 * verified, an error is shown on a page. Afterwards it goes to the client, unless the user does not know the client
 * yet.
 * @throws {OAuthError} with the error codes of the authorization endpoint
 */
export async function readAuthorization(
  ctx: Context,
  request: Request,
  sent: UncheckedParameters,
): Promise<ReadAuthorization> {
  const { parameters: resolved, take } = await resolveParameters(ctx, request, sent)
  for (const name of ['client_id', 'redirect_uri']) {
    if (resolved.repeated.has(name)) refuseRepeated(resolved)
  }
  const uiLocales = resolved.get('ui_locales')
  const verified = await verifyClient(ctx, resolved).catch((thrown) => {
    throw asOAuthError(thrown).about({ uiLocales })
  })
  try {
    refuseRepeated(resolved)
    const { client } = verified
    const parameters = readAudience(ctx, { request: 'authorization', client, parameters: resolved })
    const authorization = await parse(ctx, verified, parameters)
    return { client, parameters, authorization, ...(take !== undefined && { take }) }
  } catch (thrown) {
    const asked = redirectTarget(ctx, verified, resolved)
    const target = await errorTarget(ctx, request, verified.client, asked).catch(() => 'never' as const)
    // An error that the client gets is the answer to the request.
    if (target !== 'never') await useUp(ctx, take)
    throw asOAuthError(thrown).towards(target).about({ clientId: verified.client.id, uiLocales })
  }
}

async function parse(
  ctx: Context,
  verified: VerifiedClient,
  parameters: UncheckedParameters,
): Promise<AuthorizationRequest> {
  const authorization = await parseAuthorizationRequest(ctx, verified, parameters)
  const hint = parameters.get('id_token_hint')
  const hinted = hint === undefined ? undefined : await hintedSubject(ctx, verified.client, hint)
  const ignored = ignoredScopes(parameters.get('scope'), authorization.scope, ctx.config.scopes)
  if (ignored !== undefined) ctx.emit({ type: 'scopes.ignored', clientId: verified.client.id, ...ignored })
  return hinted === undefined ? authorization : { ...authorization, hintedSubject: hinted }
}
