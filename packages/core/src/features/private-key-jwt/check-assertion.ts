import { clockTolerance, timeProblem } from '../../policy/clock-skew.ts'

/** What an assertion may be addressed to. */
export type AudienceRule = 'issuer' | 'endpoints'

export interface AssertionFacts {
  readonly clientId: string
  readonly issuer: string
  /** The URLs of the endpoints that authenticate clients. */
  readonly endpoints: readonly string[]
  readonly audienceRule: AudienceRule
  /** Seconds. */
  readonly maxLifetime: number
  readonly now: number
}

/** An assertion that is good, as far as its claims say: what is left is to use it up. */
export interface AcceptedAssertion {
  readonly jti: string
  /** Seconds since the epoch from which on it is refused anyway. */
  readonly refusedFrom: number
}

type Claims = Readonly<Record<string, unknown>>

/** The claims of a client's assertion, or a text that says what is wrong with them ({@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 section 3}). */
export function checkAssertion(header: Claims, claims: Claims, facts: AssertionFacts): AcceptedAssertion | string {
  // A request object, a logout token or whatever else a client may sign says so there.
  if (!isAssertionType(header.typ)) return 'the JWT is of another type'
  if (claims.iss !== facts.clientId || claims.sub !== facts.clientId) return 'iss and sub must be the client'
  if (!isForUs(claims.aud, facts)) return 'addressed to somebody else'
  const { exp, jti } = claims
  if (typeof exp !== 'number') return 'without exp'
  const problem = timeProblem(claims, facts.now)
  if (problem !== undefined) return problem
  if (exp > facts.now + facts.maxLifetime + clockTolerance) return 'exp is too far away'
  if (typeof jti !== 'string' || jti === '') return 'without jti'
  return { jti, refusedFrom: Math.ceil(exp) + clockTolerance }
}

function isAssertionType(typ: unknown): boolean {
  if (typ === undefined) return true
  return typeof typ === 'string' && /^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i.test(typ)
}

/** Of a list every member has to be ours: an assertion for two servers could be used by each at the other. */
function isForUs(aud: unknown, { audienceRule, issuer, endpoints }: AssertionFacts): boolean {
  if (audienceRule === 'issuer') return aud === issuer
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return audiences.length > 0 && audiences.every((one) => one === issuer || endpoints.includes(one as string))
}
