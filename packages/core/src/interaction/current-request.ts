import { mayAskFor } from '../claims/requested-claims.ts'
import { withGrantedScopes } from '../consents/granted-before.ts'
import type { Context } from '../contracts/context.ts'
import type { InteractionRecord } from '../contracts/interaction.ts'
import { registeredPart } from '../policy/scope.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { filterClaims } from '../protocol/claims-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import { registeredScopes } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'

/**
 * Returns a stored request with only the scopes and claims that the client is registered for now. The client may have
 * been changed since the interaction began.
 * @throws {OAuthError} `invalid_scope` when no scope is left
 */
export function currentRequest(
  { config }: Context,
  client: ClientRecord,
  request: AuthorizationRequest,
): AuthorizationRequest {
  const scope = registeredPart(client, request.scope)
  if (scope.length === request.scope.length) return request
  if (scope.length === 0) {
    throw new OAuthError('invalid_scope', 'the client is no longer registered for any scope of this request')
  }
  const { claims: asked, ...rest } = request
  const registered = registeredScopes(client.metadata)
  const named = config.advertised.claims ?? []
  const claims = scope.includes('openid')
    ? filterClaims(asked, (name) => mayAskFor(name, registered, named))
    : undefined
  return { ...rest, scope, ...(claims !== undefined && { claims }) }
}

/**
 * Returns the request that the page of the due step shows: the current one, and on the consent page with the scopes that
 * the user granted before, where the request asks for them.
 * @throws {OAuthError} `invalid_scope` when no scope is left
 */
export function shownRequest(
  ctx: Context,
  client: ClientRecord,
  { request, grantedBefore = [] }: Pick<InteractionRecord, 'request' | 'grantedBefore'>,
): AuthorizationRequest {
  return withGrantedScopes(currentRequest(ctx, client, request), registeredPart(client, grantedBefore))
}
