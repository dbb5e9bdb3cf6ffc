/** What is asked of one claim ({@link https://openid.net/specs/openid-connect-core-1_0.html#IndividualClaimsRequests OpenID Connect Core section 5.5.1}). */
export interface ClaimRequest {
  readonly essential?: boolean
  readonly value?: unknown
  readonly values?: readonly unknown[]
}

/** The claims of one place by name; `null` asks for a claim without saying more. */
export type RequestedClaims = Readonly<Record<string, ClaimRequest | null>>

/** The `claims` parameter ({@link https://openid.net/specs/openid-connect-core-1_0.html#ClaimsParameter OpenID Connect Core section 5.5}). */
export interface ClaimsRequest {
  readonly userinfo?: RequestedClaims
  readonly id_token?: RequestedClaims
}
