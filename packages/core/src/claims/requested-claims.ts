import type { Context } from '../contracts/context.ts'
import type { StandardClaims } from '../contracts/host.ts'
import { allowedValues, type ClaimsRequest, claimPlaces, type RequestedClaims } from '../protocol/claims-request.ts'
import { registeredScopes } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import { reservedClaims } from './reserved.ts'
import { scopeClaims } from './scope-claims.ts'
import { standardClaims } from './standard-claim.ts'

/**
 * Claims that the server controls (`sub`, `acr`). A client may still demand a value for them, which the server checks.
 */
const judged: ReadonlySet<string> = new Set(['sub', 'acr'])

/** A claim that the user is asked to approve. */
export interface AskedClaim {
  readonly name: string
  /** Whether the client marked the claim as essential. */
  readonly essential: boolean
}

/** Tells whether one of the scopes gives the claim. */
export function isCoveredByScope(name: string, scope: readonly string[]): boolean {
  return scope.some((one) => (scopeClaims[one] as readonly string[] | undefined)?.includes(name) === true)
}

/**
 * Tells whether a client may ask for a claim by name: a standard claim of a scope that the client is registered for, or
 * a claim that the option `advertisedMetadata.claimsSupported` lists. The server ignores requests for other claims
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core section 5.5}).
 */
export function mayAskFor(name: string, registeredScope: readonly string[], named: readonly string[]): boolean {
  if (judged.has(name)) return true
  if (reservedClaims.customIdTokenClaims.has(name)) return false
  return standardClaims.has(name) ? isCoveredByScope(name, registeredScope) : named.includes(name)
}

const none: RequestedClaims = Object.freeze({})

/**
 * Returns those requested claims that the client may ask for now. When a client loses a scope, it loses the claims of
 * that scope as well, also in stored requests and grants.
 */
export function askableClaims(
  { config }: Context,
  { metadata }: ClientRecord,
  requested: RequestedClaims = none,
): RequestedClaims {
  if (requested === none) return none
  const registered = registeredScopes(metadata)
  const named = config.advertised.claims ?? []
  return Object.fromEntries(Object.entries(requested).filter(([name]) => mayAskFor(name, registered, named)))
}

/** Returns the requested claims that these scopes do not give. The user has to approve each by name. */
export function claimsBeyondScope(request: ClaimsRequest | undefined, scope: readonly string[]): readonly AskedClaim[] {
  const asked = new Map<string, boolean>()
  for (const place of claimPlaces) {
    for (const [name, details] of Object.entries(request?.[place] ?? {})) {
      if (judged.has(name) || isCoveredByScope(name, scope)) continue
      asked.set(name, asked.get(name) === true || details?.essential === true)
    }
  }
  return [...asked].map(([name, essential]) => ({ name, essential }))
}

/**
 * Returns those claims of a user that the client asked for by name. It leaves out a claim that has none of the demanded
 * values.
 */
export function claimsByName(claims: StandardClaims, requested: RequestedClaims = {}): Record<string, unknown> {
  const selected: Record<string, unknown> = {}
  for (const [name, details] of Object.entries(requested)) {
    if (judged.has(name) || !(standardClaims.has(name) || Object.hasOwn(claims, name))) continue
    const value: unknown = claims[name as keyof StandardClaims]
    const allowed = allowedValues(details)
    if (value === undefined || value === null || value === '' || typeof value === 'function') continue
    if (allowed === undefined || allowed.includes(value)) selected[name] = value
  }
  return selected
}
