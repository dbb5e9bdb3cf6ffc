import type { SigningAlgorithm } from '../../protocol/signing-algorithm.ts'

/** Which grant types, scopes and audiences there are, and how tokens are made. */
export interface TokenOptions {
  /** Default: `authorization_code`, `client_credentials`, `refresh_token`. */
  readonly grantTypes?: readonly string[] | undefined
  /** Scopes beside `openid`, `profile`, `email`, `address`, `phone` and `offline_access`. */
  readonly scopes?: readonly string[] | undefined
  /**
   * What a client that registers no scope is registered for, and what an authorization request without `scope` asks for,
   * as far as the client is registered for it. Default: the standard scopes for a registration (`openid`, `profile`,
   * `email`, `address`, `phone`, `offline_access`), and for a request what the client registered but `offline_access`.
   */
  readonly defaultScopes?: readonly string[] | undefined
  /**
   * The resources (RFC 8707) that access tokens may be for; asking for one at the token endpoint makes the token a JWT
   * (RFC 9068). Default: the issuer.
   */
  readonly validAudiences?: readonly string[] | undefined
  /**
   * Makes an access token for a resource that carries `openid` good for userinfo as well: its `aud` names both. The
   * resource server can then read the claims of the user there. With `false` such a token is for the resource alone, and
   * a client gets a token for userinfo by a request without `resource`; with `bindResources` there is no such request for a
   * grant with resources, and the claims come in the ID token alone. Default `true`.
   */
  readonly userinfoAudience?: boolean | undefined
  /** How ID tokens are signed for clients that registered nothing else. Default `RS256`, which every client can verify. */
  readonly idTokenSigningAlgorithm?: SigningAlgorithm | undefined
  /**
   * What else clients may register as `id_token_signed_response_alg`; there are keys for each. Default: the algorithm of
   * JWT access tokens, for which there are keys anyway.
   */
  readonly idTokenSigningAlgorithms?: readonly SigningAlgorithm[] | undefined
  /** How JWT access tokens are signed. Default `ES256`. */
  readonly accessTokenSigningAlgorithm?: SigningAlgorithm | undefined
  /** Turns pairwise subjects on ({@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg Core section 8.1}); at least 32 characters. */
  readonly pairwiseSecret?: string | undefined
}
