import { claimsBeyondScope, isCoveredByScope } from '../claims/requested-claims.ts'
import { englishTexts } from '../contracts/page-texts.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { type ClaimsRequest, filterClaims } from '../protocol/claims-request.ts'
import { errorForUser, OAuthError } from '../protocol/errors.ts'
import { firstScopeOutside, parseScope } from '../protocol/scope.ts'
import type { Accepted } from './consent-decision.ts'

/**
 * Reads which of the requested scopes and claims the user accepted on the consent page.
 * @param acceptedMore whether the user accepted something else than scopes, for instance `authorization_details`
 * @throws {OAuthError} `invalid_scope` or `invalid_request` when the page accepts more than was requested, or no scope
 * at all
 */
export function readAccepted(
  parameters: Parameters,
  request: AuthorizationRequest,
  acceptedMore: boolean = false,
): Accepted {
  const asked = claimsBeyondScope(request.claims, request.scope).map(({ name }) => name)
  const scope = acceptedScope(parameters, request.scope)
  // An empty list does not approve all scopes.
  if (scope.length === 0 && !acceptedMore) {
    throw errorForUser('invalid_scope', englishTexts.nothingSelected)
  }
  return { scope, claims: acceptedClaims(parameters, asked) }
}

/** Returns the claims of a grant: those that the user accepted by name, and those that belong to accepted scopes. */
export function grantedClaims(request: AuthorizationRequest, { scope, claims }: Accepted): ClaimsRequest | undefined {
  const beyond = new Set(claimsBeyondScope(request.claims, request.scope).map(({ name }) => name))
  const refused = (name: string): boolean =>
    beyond.has(name) ? !claims.includes(name) : isCoveredByScope(name, request.scope) && !isCoveredByScope(name, scope)
  return filterClaims(request.claims, (name) => !refused(name))
}

/**
 * Reads the claims that the page names. A page that names none has not shown claims to the user, so none are accepted.
 */
function acceptedClaims(parameters: Parameters, asked: readonly string[]): readonly string[] {
  const accepted = (parameters.get('claims') ?? '').split(' ').filter((name) => name !== '')
  if (accepted.some((name) => !asked.includes(name))) {
    throw new OAuthError('invalid_request', 'Claim not originally requested')
  }
  return [...new Set(accepted)]
}

/** Reads the accepted scopes: those that the page names, or all that were requested when it does not send `scope`. */
function acceptedScope(parameters: Parameters, requested: readonly string[]): readonly string[] {
  if (!parameters.has('scope')) return requested
  const accepted = parseScope(parameters.get('scope') ?? '')
  if (accepted === undefined || firstScopeOutside(accepted, requested) !== undefined) {
    throw new OAuthError('invalid_scope', 'Scope not originally requested')
  }
  return accepted
}
