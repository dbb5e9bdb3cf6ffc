import type { Context } from '../contracts/context.ts'
import type { Parameters } from '../http/parameters.ts'
import { ignoredScopes } from '../policy/ignored-scopes.ts'
import { boundResources } from '../policy/resource.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { ClientRecord } from '../storage/client.ts'
import { readAudience } from '../tokens/audience-parameter.ts'
import { opaqueParameters } from './opaque-parameters.ts'
import { readWishes } from './request.ts'
import { readScope } from './request-extra.ts'

/**
 * Reads and checks a request for a user's access that the client sends to the server itself, for instance that of a
 * device. It has no redirect URI, and the user is always asked for consent: whoever started the request may be somebody
 * else.
 * @throws {OAuthError} `invalid_scope`, `invalid_target`, `invalid_request`, or of the feature whose parameter is wrong
 */
export async function readDirectRequest(
  ctx: Context,
  client: ClientRecord,
  sent: Parameters,
): Promise<AuthorizationRequest> {
  for (const name of ['request', 'request_uri'] as const) {
    if (sent.has(name)) {
      throw new OAuthError(`${name}_not_supported`, `${name} is not supported here: send the parameters themselves`)
    }
  }
  const parameters = readAudience(ctx, { request: 'authorization', client, parameters: sent })
  const { nonce } = opaqueParameters(parameters)
  const scope = readScope(ctx, client, parameters)
  const wishes = await readWishes(ctx, client, parameters, scope)
  const resources = boundResources(parameters.all('resource'), scope, ctx.config)
  const ignored = ignoredScopes(parameters.get('scope'), scope, ctx.config.scopes)
  if (ignored !== undefined) ctx.emit({ type: 'scopes.ignored', clientId: client.id, ...ignored })
  return {
    clientId: client.id,
    redirectUriSent: false,
    scope,
    prompt: ['consent'],
    resources,
    ...(nonce !== undefined && { nonce }),
    ...wishes,
  }
}
