import type { AuthenticationRequirements } from './authentication.ts'
import { ResourceError } from './errors.ts'

/** What a route requires of every request. */
export interface Requirements extends AuthenticationRequirements {
  readonly scopes: readonly string[]
  /** Whether a challenge also names the scopes that the token has. */
  readonly keepScopes: boolean
}

/** Scopes for the authorization server, which no resource needs. */
const notOfResources = ['openid', 'offline_access']

/**
 * Adds to an error what the route requires, so that one authorization request of the client is enough for the whole
 * operation: the scopes of the route and those that the handler missed, and both requirements of the login.
 * @param granted the scopes of the token; empty when the request has no valid token
 */
export function forWholeOperation(
  error: ResourceError,
  route: Requirements,
  granted: readonly string[],
): ResourceError {
  const { code, description, acrValues = route.acr, headers, cause } = error
  // A stranger is told which scopes to request, and nothing about the login that an operation needs.
  const stranger = code === 'missing_token' || code === 'invalid_token'
  const stepUp = code === 'insufficient_scope' || code === 'insufficient_user_authentication'
  if (!stranger && !stepUp) return error
  const kept = stepUp && route.keepScopes ? granted.filter((scope) => !notOfResources.includes(scope)) : []
  const maxAge = smallest(error.maxAge, route.maxAge)
  return new ResourceError(code, {
    ...(description !== undefined && { description }),
    scopes: stranger ? route.scopes : [...new Set([...kept, ...route.scopes, ...error.scopes])],
    ...(code === 'insufficient_user_authentication' && {
      ...(acrValues !== undefined && { acrValues }),
      ...(maxAge !== undefined && { maxAge }),
    }),
    headers,
    ...(cause !== undefined && { cause }),
  })
}

function smallest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}
