/**
 * The request for one claim ({@link https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests
 * OpenID Connect Core section 5.5.1}).
 */
export interface ClaimRequest {
  readonly essential?: boolean
  readonly value?: unknown
  readonly values?: readonly unknown[]
}

/** The requested claims of one place, by name. `null` asks for a claim without further demands. */
export type RequestedClaims = Readonly<Record<string, ClaimRequest | null>>

/**
 * The parsed `claims` parameter ({@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID
 * Connect Core section 5.5}).
 */
export interface ClaimsRequest {
  readonly userinfo?: RequestedClaims
  readonly id_token?: RequestedClaims
}

/** The members of the `claims` parameter, which say where the claims are returned. */
export const claimPlaces = ['userinfo', 'id_token'] as const

/** The values that a claim may have, or `undefined` when any value is allowed. */
export function allowedValues(request: ClaimRequest | null | undefined): readonly unknown[] | undefined {
  if (request?.value === undefined && request?.values === undefined) return undefined
  return [...(request.value === undefined ? [] : [request.value]), ...(request.values ?? [])]
}

/** Returns the claims request with only those claims that pass, or `undefined` when none passes. */
export function filterClaims(
  request: ClaimsRequest | undefined,
  passes: (name: string) => boolean,
): ClaimsRequest | undefined {
  const places = claimPlaces.flatMap((place) => {
    const kept = Object.entries(request?.[place] ?? {}).filter(([name]) => passes(name))
    return kept.length === 0 ? [] : [[place, Object.fromEntries(kept)] as const]
  })
  return places.length === 0 ? undefined : Object.fromEntries(places)
}
