import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'

type Asked = Pick<AuthorizationRequest, 'claims' | 'acrValues'>

/**
 * The authentication contexts of which the session has to have one: those of an essential `acr` with values
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics OpenID Connect Core section 5.5.1.1}), or
 * else `acr_values` where the host takes it for a demand (`requireAcrValues`). `undefined` when the client leaves it to us.
 */
export function requiredAcr(request: Asked, valuesRequired: boolean): readonly unknown[] | undefined {
  const acr = request.claims?.id_token?.acr
  const essential = acr?.essential === true ? allowedValues(acr) : undefined
  if (essential !== undefined) return essential
  const values = valuesRequired ? listed(request) : []
  return values.length > 0 ? values : undefined
}

/** What the login page should try for, in the client's order of preference: what is required, the claims parameter first. */
export function wantedAcr(request: Asked, valuesRequired: boolean): readonly string[] {
  const named = requiredAcr(request, valuesRequired) ?? allowedValues(request.claims?.id_token?.acr)
  return named === undefined ? listed(request) : named.filter((value) => typeof value === 'string')
}

function listed({ acrValues = '' }: Asked): readonly string[] {
  return acrValues.split(' ').filter((value) => value !== '')
}
