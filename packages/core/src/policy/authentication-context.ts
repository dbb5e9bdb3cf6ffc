import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'

type Asked = Pick<AuthorizationRequest, 'claims' | 'acrValues'>

/**
 * The authentication contexts of which the session has to have one: those of an essential `acr` with values
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics OpenID Connect Core section 5.5.1.1}).
 * `undefined` when the client leaves it to us; `acr_values` is never more than a wish.
 */
export function requiredAcr({ claims }: Asked): readonly unknown[] | undefined {
  const acr = claims?.id_token?.acr
  return acr?.essential === true ? allowedValues(acr) : undefined
}

/** What the login page should try for, in the client's order of preference: the claims parameter first. */
export function wantedAcr(request: Asked): readonly string[] {
  const named = allowedValues(request.claims?.id_token?.acr)
  if (named !== undefined) return named.filter((value) => typeof value === 'string')
  return (request.acrValues ?? '').split(' ').filter((value) => value !== '')
}
