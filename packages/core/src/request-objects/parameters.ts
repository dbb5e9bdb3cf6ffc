import type { Context } from '../contracts/context.ts'
import { parseUnchecked, type UncheckedParameters } from '../http/parameters.ts'
import { OAuthError } from '../protocol/errors.ts'
import type { RequestObjectRules } from './rules.ts'

/** Claims that describe the JWT and are no parameters of the request. */
const aboutTheJwt: ReadonlySet<string> = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

/** Parameters that have been used to get the request object. */
const consumed: ReadonlySet<string> = new Set(['request', 'request_uri'])

/** A request object that was verified. */
export interface ReadObject {
  readonly claims: Readonly<Record<string, unknown>>
  readonly clientId: string
  readonly outsideParameters: RequestObjectRules['outsideParameters']
}

/**
 * Turns the claims of a request object into the parameters of the request. Parameters beside the object are ignored
 * ({@link https://www.rfc-editor.org/rfc/rfc9101#section-6.3 RFC 9101 section 6.3}) or, by the option
 * `outsideParameters`, fill the gaps ({@link https://openid.net/specs/openid-connect-core-1_0.html#RequestObject OpenID
 * Connect Core section 6.1}).
 * @throws {OAuthError} `invalid_request_object`
 */
export function requestParameters(
  { registry: { repeatable } }: Context,
  { claims, clientId, outsideParameters }: ReadObject,
  sent: UncheckedParameters,
): UncheckedParameters {
  const inside = Object.entries({ ...claims, client_id: clientId }).filter(([name]) => !aboutTheJwt.has(name))
  const pairs = inside.flatMap(([name, value]) =>
    valuesOf(name, value, repeatable.has(name)).map((text) => [name, text]),
  )
  if (outsideParameters === 'merged') {
    const responseType = sent.get('response_type')
    if (claims.response_type !== undefined && responseType !== undefined && claims.response_type !== responseType) {
      throw invalid('its response_type differs from the parameter response_type')
    }
    const named = new Set(pairs.map(([name]) => name))
    for (const name of sent.names) {
      if (named.has(name) || consumed.has(name)) continue
      for (const value of sent.all(name)) pairs.push([name, value])
    }
  }
  return parseUnchecked(new URLSearchParams(pairs).toString(), repeatable)
}

/**
 * Returns the values of a parameter. One that may be repeated, like `resource`, may be a list. JSON values (`claims`,
 * `authorization_details`) are text in a URL, and objects or lists in a JWT.
 */
function valuesOf(name: string, value: unknown, repeatable: boolean): readonly string[] {
  if (value === null || value === undefined) return []
  if (typeof value === 'string') return [value]
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)]
  if (!repeatable || !Array.isArray(value)) return [JSON.stringify(value)]
  if (value.every((one) => typeof one === 'string')) return value
  throw invalid(`${name} must be a text or a list of texts`)
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_request_object', `the request object is not valid: ${description}`)
}
