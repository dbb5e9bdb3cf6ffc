import { clockTolerance, timeProblem } from '../policy/clock-skew.ts'
import { idJag } from '../protocol/id-jag.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Profile, Trust } from './trust.ts'

type Members = Readonly<Record<string, unknown>>

/** What an assertion is checked against. */
export interface AssertionFacts {
  readonly trust: Trust
  /** The issuer of this server. */
  readonly issuer: string
  /** The client that presents the assertion. */
  readonly clientId: string
  readonly now: number
}

/** An assertion whose claims are valid. Whether its `jti` was used before is not known yet. */
export interface AcceptedAssertion {
  readonly claims: Members
  readonly jti: string | undefined
  /** Seconds since the epoch: the earliest time at which it can have been made, by the clock of this server. */
  readonly issuedAt: number
  /** Seconds since the epoch from which the assertion is refused as expired. */
  readonly refusedFrom: number
  /** The scopes that the assertion allows; `undefined` when it says nothing. */
  readonly scope: readonly string[] | undefined
  /** The resources that the assertion allows; `undefined` when it says nothing. */
  readonly resources: readonly string[] | undefined
}

/** Tells which profile an assertion follows, by its `typ` alone; `undefined` for a JWT of another kind. */
export function profileOf({ typ }: Members): Profile | undefined {
  if (typ === idJag.typ) return 'id-jag'
  // Access tokens, logout tokens and request objects of an issuer have a typ of their own.
  return typ === undefined || (typeof typ === 'string' && /^(?:application\/)?jwt$/i.test(typ)) ? 'jwt' : undefined
}

/**
 * Checks the claims of an assertion whose signature is valid ({@link
 * https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 section 3}, {@link
 * https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/ ID-JAG section 4.4.1}).
 * @returns a text for the developer of the client that says what is wrong
 */
export function checkAssertion(claims: Members, facts: AssertionFacts): AcceptedAssertion | string {
  const { trust, clientId, now } = facts
  const { sub, exp, iat, jti, client_id } = claims
  if (typeof sub !== 'string' || sub === '') return 'sub must be a string that is not empty'
  if (!isForUs(claims.aud, facts)) return 'aud must be this server'
  if (typeof exp !== 'number') return 'exp must be a number'
  const problem = timeProblem(claims, now) ?? lifetimeProblem(exp, iat, trust.maxLifetime, now)
  if (problem !== undefined) return problem
  if (client_id !== undefined && client_id !== clientId) return 'client_id must be that of the client that presents it'
  if (jti !== undefined && (typeof jti !== 'string' || jti === '')) return 'jti must be a string that is not empty'
  if (jti === undefined && (trust.singleUse || trust.profile === 'id-jag')) return 'jti is missing'
  const unsupported = unsupportedClaim(claims)
  if (unsupported !== undefined) return `${unsupported} is not supported here`
  if (trust.profile === 'jwt') {
    // Whatever else the issuer of a plain JWT says has no agreed meaning: mapClaims reads it.
    return { ...accepted(claims, exp, trust), jti, scope: undefined, resources: undefined }
  }
  if (client_id === undefined) return 'client_id is missing'
  if (iat === undefined) return 'iat is missing'
  const scope = claims.scope === undefined ? undefined : parseScopeClaim(claims.scope)
  if (scope === 'malformed') return 'scope must be a string with scopes, separated by spaces'
  const resources = claims.resource === undefined ? undefined : parseResourceClaim(claims.resource)
  if (resources === 'malformed') return 'resource must be a string or a list of strings'
  return { ...accepted(claims, exp, trust), jti, scope, resources }
}

function accepted(claims: Members, exp: number, { maxLifetime }: Trust) {
  const { iat } = claims
  return {
    claims,
    issuedAt: (typeof iat === 'number' ? iat : exp - maxLifetime) - clockTolerance,
    refusedFrom: Math.ceil(exp) + clockTolerance,
  }
}

function lifetimeProblem(exp: number, iat: unknown, maxLifetime: number, now: number): string | undefined {
  const begins = Math.min(now, typeof iat === 'number' ? iat : now)
  return exp > begins + maxLifetime + clockTolerance ? `it is valid for more than ${maxLifetime} s` : undefined
}

/**
 * Whether `aud` names this server and nobody else: with an assertion for two servers, each of them could act for the
 * user at the other.
 */
function isForUs(aud: unknown, { trust, issuer }: AssertionFacts): boolean {
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  const accepted = trust.audiences ?? [issuer]
  // Without audiences of the host, that is one value, the issuer.
  if (audiences.length === 0 || audiences.length > accepted.length) return false
  return audiences.every((one) => accepted.includes(one as string))
}

/** Claims that change what an assertion gives, and that must not be left out silently. */
function unsupportedClaim(claims: Members): string | undefined {
  return ['act', 'authorization_details'].find((name) => claims[name] !== undefined)
}

function parseScopeClaim(value: unknown): readonly string[] | 'malformed' {
  return (typeof value === 'string' ? parseScope(value) : undefined) ?? 'malformed'
}

function parseResourceClaim(value: unknown): readonly string[] | 'malformed' {
  const resources: readonly unknown[] = Array.isArray(value) ? value : [value]
  const good = resources.length > 0 && resources.every((one) => typeof one === 'string' && one !== '')
  return good ? (resources as readonly string[]) : 'malformed'
}
