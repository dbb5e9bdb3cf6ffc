import { clockTolerance, timeProblem } from '../../policy/clock-skew.ts'

/** Which values of `aud` are accepted: see `PrivateKeyJwtOptions.audiences`. */
export type AudienceRule = 'issuer' | 'endpoints'

/** What an assertion is checked against. */
export interface AssertionFacts {
  readonly clientId: string
  readonly issuer: string
  /** The URLs of the endpoints that authenticate clients. */
  readonly endpoints: readonly string[]
  readonly audienceRule: AudienceRule
  /** Seconds. */
  /** The longest time until `exp`, in seconds. */
  readonly maxLifetime: number
  readonly now: number
}

/** The result for an assertion whose claims are valid. The `jti` still has to be used up. */
export interface AcceptedAssertion {
  readonly jti: string
  /** The time from which the assertion is refused as expired, in seconds since the epoch. */
  readonly refusedFrom: number
}

type Claims = Readonly<Record<string, unknown>>

/**
 * Checks the claims of a client assertion ({@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 section
 * 3}).
 * @returns a text that says what is wrong, for the event hook
 */
export function checkAssertion(header: Claims, claims: Claims, facts: AssertionFacts): AcceptedAssertion | string {
  // Other JWTs that a client may sign, for instance request objects, have another typ.
  if (!isAssertionType(header.typ)) return 'the JWT is of another type'
  if (claims.iss !== facts.clientId || claims.sub !== facts.clientId) return 'iss and sub must be the client_id'
  if (!isForUs(claims.aud, facts)) return 'aud is not accepted (see the option audiences of privateKeyJwt)'
  const { exp, jti } = claims
  if (typeof exp !== 'number') return 'exp must be a number'
  const problem = timeProblem(claims, facts.now)
  if (problem !== undefined) return problem
  if (exp > facts.now + facts.maxLifetime + clockTolerance) return `exp is more than ${facts.maxLifetime} s away`
  if (typeof jti !== 'string' || jti === '') return 'jti must be a string that is not empty'
  return { jti, refusedFrom: Math.ceil(exp) + clockTolerance }
}

function isAssertionType(typ: unknown): boolean {
  if (typ === undefined) return true
  return typeof typ === 'string' && /^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i.test(typ)
}

/**
 * Whether `aud` is accepted. Every member of a list must name this server: with an assertion for two servers, each
 * could authenticate as the client at the other.
 */
function isForUs(aud: unknown, { audienceRule, issuer, endpoints }: AssertionFacts): boolean {
  if (audienceRule === 'issuer') return aud === issuer
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return audiences.length > 0 && audiences.every((one) => one === issuer || endpoints.includes(one as string))
}
