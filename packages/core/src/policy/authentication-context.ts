import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'

type Asked = Pick<AuthorizationRequest, 'claims' | 'acrValues'>

/**
 * Returns the authentication contexts (`acr`) of which the session must have one: those of an essential `acr` claim
 * with values ({@link https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics OpenID Connect Core section
 * 5.5.1.1}), or else `acr_values` if the option `requireAcrValues` makes it a requirement. `undefined` when any context
 * is allowed.
 */
export function requiredAcr(request: Asked, valuesRequired: boolean): readonly unknown[] | undefined {
  const acr = request.claims?.id_token?.acr
  const essential = acr?.essential === true ? allowedValues(acr) : undefined
  if (essential !== undefined) return essential
  const values = valuesRequired ? listed(request) : []
  return values.length > 0 ? values : undefined
}

/**
 * Returns the authentication contexts that the login page should aim at, in the order of preference of the client: the
 * required ones, or else those of the `claims` parameter, or else `acr_values`.
 */
export function wantedAcr(request: Asked, valuesRequired: boolean): readonly string[] {
  const named = requiredAcr(request, valuesRequired) ?? allowedValues(request.claims?.id_token?.acr)
  return named === undefined ? listed(request) : named.filter((value) => typeof value === 'string')
}

function listed({ acrValues = '' }: Asked): readonly string[] {
  return acrValues.split(' ').filter((value) => value !== '')
}
