import { clockTolerance, timeProblem } from '../../policy/clock-skew.ts'

/** Which values of `aud` are accepted: see `PrivateKeyJwtOptions.audiences`. */
export type AudienceRule = 'issuer' | 'issuer-string' | 'endpoints'

/** The longest lifetime of an assertion by the rule for its audience, unless the host sets another one. Seconds. */
export const defaultLifetimes: Readonly<Record<AudienceRule, number>> = {
  issuer: 600,
  'issuer-string': 600,
  // Libraries that address the token endpoint sign for an hour.
  endpoints: 3600,
}

const demandedAudiences: Readonly<Record<AudienceRule, string>> = {
  issuer: 'it must be the issuer (see the option audiences of privateKeyJwt)',
  'issuer-string':
    'it must be the issuer as a string (see the option audiences of privateKeyJwt, and the security profile of the client)',
  endpoints: 'each value must be the issuer or the URL of an endpoint (see the option audiences of privateKeyJwt)',
}

/** What an assertion is checked against. */
export interface AssertionFacts {
  readonly clientId: string
  readonly issuer: string
  /** The URLs of the endpoints that authenticate clients. */
  readonly endpoints: readonly string[]
  readonly audienceRule: AudienceRule
  /** The longest time until `exp`, in seconds. Default: that of `defaultLifetimes`. */
  readonly maxLifetime: number | undefined
  /** Seconds since the epoch. */
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
  if (!isForUs(claims.aud, facts)) return `aud is not accepted: ${demandedAudiences[facts.audienceRule]}`
  const { exp, jti } = claims
  if (typeof exp !== 'number') return 'exp must be a number'
  const problem = timeProblem(claims, facts.now)
  if (problem !== undefined) return problem
  const tooLong = lifetimeProblem(exp, claims.iat, facts)
  if (tooLong !== undefined) return tooLong
  if (typeof jti !== 'string' || jti === '') return 'jti must be a string that is not empty'
  return { jti, refusedFrom: Math.ceil(exp) + clockTolerance }
}

function isAssertionType(typ: unknown): boolean {
  if (typ === undefined) return true
  return typeof typ === 'string' && /^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i.test(typ)
}

/**
 * Tells whether an assertion lives too long: its `exp` is too far from now or, where the endpoints are accepted, from its
 * `iat`, so that an assertion that was signed for longer than an hour does not become good in its last hour.
 */
function lifetimeProblem(exp: number, iat: unknown, { audienceRule, maxLifetime, now }: AssertionFacts) {
  const limit = maxLifetime ?? defaultLifetimes[audienceRule]
  if (exp > now + limit + clockTolerance) {
    return `exp is more than ${limit} s away (see the options audiences and maxLifetimeSeconds of privateKeyJwt)`
  }
  const whole = Math.max(limit, defaultLifetimes.endpoints)
  const isLong = audienceRule === 'endpoints' && typeof iat === 'number' && exp > iat + whole + clockTolerance
  return isLong ? `exp is more than ${whole} s after iat` : undefined
}

/**
 * Whether `aud` is accepted. A list with one member says the same as that member alone (RFC 7519 section 4.1.3). Every
 * member of a longer list must name this server: with an assertion for two servers, each could authenticate as the client
 * at the other.
 */
function isForUs(aud: unknown, { audienceRule, issuer, endpoints }: AssertionFacts): boolean {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  if (audienceRule === 'issuer-string') return aud === issuer
  if (audienceRule === 'issuer') return audiences.length === 1 && audiences[0] === issuer
  return audiences.length > 0 && audiences.every((one) => one === issuer || endpoints.includes(one as string))
}
