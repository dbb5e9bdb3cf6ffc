import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { allowedValues } from '../protocol/claims-request.ts'

type Asked = Pick<AuthorizationRequest, 'claims' | 'acrValues' | 'acrValuesRequired'>

/** What tells whether `acr_values` is a requirement. */
export interface AcrValuesFacts {
  /** The option `requireAcrValues`. */
  readonly option: boolean | undefined
  /** The client's `require_acr_values`. */
  readonly registered: boolean | undefined
  /** Whether the request itself has `acr_values`, rather than the client's `default_acr_values`. */
  readonly sent: boolean
  /** Whether the request has the scope `openid`. */
  readonly openid: boolean
}

/**
 * Decides whether `acr_values` (and `default_acr_values`) are a requirement. The option or the client says so. When
 * neither says anything, `acr_values` is a preference in OpenID Connect requests ({@link
 * https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}) and a
 * requirement in all others ({@link https://www.rfc-editor.org/rfc/rfc9470#section-5 RFC 9470 section 5}).
 */
export function areAcrValuesRequired({ option, registered, sent, openid }: AcrValuesFacts): boolean {
  if (option === true || registered === true) return true
  return option === undefined && registered === undefined && sent && !openid
}

/**
 * Returns the authentication contexts (`acr`) of which the session must have one: those of an essential `acr` claim
 * with values ({@link https://openid.net/specs/openid-connect-core-1_0.html#acrSemantics OpenID Connect Core section
 * 5.5.1.1}), or else `acr_values` if they are a requirement. `undefined` when any context is allowed.
 * @param always the option `requireAcrValues`, which also counts for requests that were stored before it was set
 */
export function requiredAcr(request: Asked, always: boolean | undefined): readonly unknown[] | undefined {
  const acr = request.claims?.id_token?.acr
  const essential = acr?.essential === true ? allowedValues(acr) : undefined
  if (essential !== undefined) return essential
  const values = always === true || request.acrValuesRequired === true ? listed(request) : []
  return values.length > 0 ? values : undefined
}

/**
 * Returns the authentication contexts that the login page should aim at, in the order of preference of the client: the
 * required ones, or else those of the `claims` parameter, or else `acr_values`.
 */
export function wantedAcr(request: Asked, always: boolean | undefined): readonly string[] {
  const named = requiredAcr(request, always) ?? allowedValues(request.claims?.id_token?.acr)
  return named === undefined ? listed(request) : named.filter((value) => typeof value === 'string')
}

function listed({ acrValues = '' }: Asked): readonly string[] {
  return acrValues.split(' ').filter((value) => value !== '')
}
