import { claimsBeyondScope, isCoveredByScope } from '../claims/requested-claims.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { type ClaimsRequest, filterClaims } from '../protocol/claims-request.ts'
import { OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'
import type { Accepted } from './consent-decision.ts'

/**
 * What the consent page confirms, of all that a request asks for.
 * @throws {OAuthError} `invalid_scope` or `invalid_request` for more than that, or for no scope at all
 */
export function readAccepted(parameters: Parameters, request: AuthorizationRequest): Accepted {
  const asked = claimsBeyondScope(request.claims, request.scope).map(({ name }) => name)
  return { scope: acceptedScope(parameters, request.scope), claims: acceptedClaims(parameters, asked) }
}

/** The claims of a grant: those that the page confirmed, and those of scopes that it confirmed. */
export function grantedClaims(request: AuthorizationRequest, { scope, claims }: Accepted): ClaimsRequest | undefined {
  const beyond = new Set(claimsBeyondScope(request.claims, request.scope).map(({ name }) => name))
  const refused = (name: string): boolean =>
    beyond.has(name) ? !claims.includes(name) : isCoveredByScope(name, request.scope) && !isCoveredByScope(name, scope)
  return filterClaims(request.claims, (name) => !refused(name))
}

/** Only the claims that the page names: a page that says nothing about claims has not shown them to the user. */
function acceptedClaims(parameters: Parameters, asked: readonly string[]): readonly string[] {
  const accepted = (parameters.get('claims') ?? '').split(' ').filter((name) => name !== '')
  if (accepted.some((name) => !asked.includes(name))) {
    throw new OAuthError('invalid_request', 'Claim not originally requested')
  }
  return [...new Set(accepted)]
}

/** All of the scopes that were asked for, or the part of them that the page names. */
function acceptedScope(parameters: Parameters, requested: readonly string[]): readonly string[] {
  if (!parameters.has('scope')) return requested
  const accepted = parseScope(parameters.get('scope') ?? '')
  if (accepted === undefined || firstScopeOutside(accepted, requested) !== undefined) {
    throw new OAuthError('invalid_scope', 'Scope not originally requested')
  }
  // An empty list does not approve all scopes.
  if (accepted.length === 0) throw new OAuthError('invalid_scope', 'no scope was accepted')
  return accepted
}
