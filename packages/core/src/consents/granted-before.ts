import { registeredPart } from '../policy/scope.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { ClientRecord } from '../storage/client.ts'
import type { ConsentRecord } from '../storage/consent.ts'

/**
 * Returns the scopes of a remembered consent, as far as they count for this request to the same destination. They count
 * for nothing when the request names a resource that the user has not agreed to.
 */
export function grantedBefore(
  client: ClientRecord,
  request: AuthorizationRequest,
  consent: ConsentRecord,
): readonly string[] {
  return isNewResource(request, consent) ? [] : registeredPart(client, consent.scope)
}

/** Whether the request names a resource that the user has not agreed to. */
export function isNewResource({ resources }: AuthorizationRequest, consent: ConsentRecord): boolean {
  return resources.some((resource) => !consent.resources.includes(resource))
}

/**
 * Whether the response would go to a destination that got no code under this consent.
 * @param destination what `consentDestination` says of the request
 */
export function isNewHost(destination: string | undefined, consent: ConsentRecord): boolean {
  return destination !== undefined && !consent.redirectHosts.includes(destination)
}

/**
 * Adds the scopes that the user granted before, when the request asks for them (`includeGrantedScopes`). `openid` is not
 * added, because only a client that asks for an ID token gets one, nor is `offline_access` without PKCE, which a request
 * could not ask for either.
 */
export function withGrantedScopes(request: AuthorizationRequest, granted: readonly string[]): AuthorizationRequest {
  if (request.includeGrantedScopes !== true) return request
  const { scope, codeChallenge } = request
  const added = granted.filter(
    (one) => !scope.includes(one) && one !== 'openid' && (one !== 'offline_access' || codeChallenge !== undefined),
  )
  return added.length === 0 ? request : { ...request, scope: [...scope, ...added] }
}
