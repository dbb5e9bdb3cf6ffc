import type { Context } from '../contracts/context.ts'
import type { StandardClaims } from '../contracts/host.ts'
import { allowedValues, type ClaimsRequest, claimPlaces, type RequestedClaims } from '../protocol/claims-request.ts'
import { parseScope } from '../protocol/scope.ts'
import type { ClientRecord } from '../storage/client.ts'
import { reservedClaims } from './reserved.ts'
import { scopeClaims } from './scope-claims.ts'
import { standardClaims } from './standard-claim.ts'

/** Names that the server itself says, and about which a request may still say which value will do. */
const judged: ReadonlySet<string> = new Set(['sub', 'acr'])

/** One claim that a user is asked about. */
export interface AskedClaim {
  readonly name: string
  /** The client says that it cannot do well without. */
  readonly essential: boolean
}

/** Whether one of the scopes brings this claim anyway. */
export function isCoveredByScope(name: string, scope: readonly string[]): boolean {
  return scope.some((one) => (scopeClaims[one] as readonly string[] | undefined)?.includes(name) === true)
}

/**
 * Whether a request for this claim means anything: a standard claim of a scope that the client is registered for, or one
 * that the host has named (`advertisedMetadata.claimsSupported`). What is not understood is ignored
 * ({@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core section 5.5}).
 */
export function mayAskFor(name: string, registeredScope: readonly string[], named: readonly string[]): boolean {
  if (judged.has(name)) return true
  if (reservedClaims.customIdTokenClaims.has(name)) return false
  return standardClaims.has(name) ? isCoveredByScope(name, registeredScope) : named.includes(name)
}

/**
 * Those claims by name that the client may ask for now: a scope that the host has taken from it takes its claims along,
 * out of requests and grants that are there.
 */
export function askableClaims(
  { config }: Context,
  { metadata }: ClientRecord,
  requested: RequestedClaims = {},
): RequestedClaims {
  const registered = parseScope(metadata.scope) ?? []
  const named = config.advertised.claims ?? []
  return Object.fromEntries(Object.entries(requested).filter(([name]) => mayAskFor(name, registered, named)))
}

/** What is asked for beyond what these scopes bring: the user has to agree to it by name. */
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

/** Those claims of a user that were asked for by name. One that has none of the values asked for is left out. */
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
