import type { SigningKeySource } from '../../contracts/key-set.ts'
import type { AccessTokenTyp } from '../../protocol/access-token-typ.ts'
import type { SigningAlgorithm } from '../../protocol/signing-algorithm.ts'

/** How the access tokens of one resource differ from those of all others. */
export interface ResourceOptions {
  /** The algorithm of JWT access tokens for this resource. Default: `accessTokenSigningAlgorithm`. */
  readonly accessTokenSigningAlgorithm?: SigningAlgorithm | undefined
  /**
   * The `typ` in the header of JWT access tokens for this resource. `JWT` is for an API that refuses `at+jwt` and cannot
   * be changed. `typ` then no longer tells the API an access token from an ID token, so it must check `aud`, and no
   * client may have the URL of the resource as its id. Default `at+jwt` ({@link
   * https://www.rfc-editor.org/rfc/rfc9068#section-2.1 RFC 9068 section 2.1}).
   */
  readonly accessTokenTyp?: AccessTokenTyp | undefined
}

/** Which grant types, scopes and audiences there are, and how the server signs tokens. */
export interface TokenOptions {
  /**
   * The grant types that the server offers. `refresh_token` needs `authorization_code`. Default: `authorization_code`,
   * `client_credentials`, `refresh_token`.
   */
  readonly grantTypes?: readonly string[] | undefined
  /**
   * Accepts the secret of a client only by the method that the client is registered for, as some profiles demand, and
   * names that method to a client that sends the right secret the other way. Default `false`: a client with
   * `client_secret_basic` or `client_secret_post` may use either, because many libraries use the one that they prefer
   * ({@link https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1 RFC 6749 section 2.3.1}). Never both in one request.
   */
  readonly strictClientAuthMethod?: boolean | undefined
  /**
   * The scopes of your own, beside `openid`, `profile`, `email`, `address`, `phone` and `offline_access`. Default:
   * none.
   * @example
   * scopes: ['notes:read', 'notes:write']
   */
  readonly scopes?: readonly string[] | undefined
  /**
   * The scopes of a client that registers without `scope`, and of an authorization request without `scope` as far as
   * its client is registered for them. Default: for a registration the standard scopes (`openid`, `profile`, `email`,
   * `address`, `phone`, `offline_access`), and for a request all scopes of the client except `offline_access`.
   */
  readonly defaultScopes?: readonly string[] | undefined
  /**
   * Answers `invalid_scope` to an OpenID request with a scope that its client is not registered for, also with one that
   * this server does not have. Default `false`: the server ignores that scope ({@link
   * https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest OpenID Connect Core section 3.1.2.1}), `scope` in
   * the token response says what the client got, and the event `scopes.ignored` names the rest. A request is an OpenID
   * request when it asks for `openid` and its client may have that scope; every other request is refused anyway.
   */
  readonly refuseUnregisteredScopes?: boolean | undefined
  /**
   * The resource servers that access tokens may be for ({@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC
   * 8707 section 2}), as absolute URIs. A token for a resource is a JWT (RFC 9068). A resource is found
   * whatever the case of its scheme and host, and with or without one trailing slash. Default: the issuer.
   */
  readonly validAudiences?: readonly string[] | undefined
  /**
   * Lets a JWT access token with the scope `openid` work at the userinfo endpoint too: its `aud` then names the
   * resource and the userinfo endpoint. The resource server could use the token to read the claims of the user there.
   * With `false` the token is for the resource alone, and a client gets a token for userinfo by a token request without
   * `resource`. A grant with resources, or with a default one, has no such request; its client gets the claims in the ID
   * token alone. Default `true`.
   */
  readonly userinfoAudience?: boolean | undefined
  /**
   * Puts the claims of the granted scopes `profile`, `email`, `address` and `phone` into ID tokens, with the values that
   * userinfo answers. Many client libraries read the ID token alone and know no name and no e-mail address otherwise.
   * `false` leaves these claims to userinfo, as {@link
   * https://openid.net/specs/openid-connect-core-1_0.html#ScopeClaims OpenID Connect Core section 5.4} says for the code
   * flow. Then ID tokens stay small, also where a proxy keeps them in a cookie of 4 kB or a client sends them in a URL
   * (`id_token_hint`). `id_token_scope_claims` in the metadata of a client decides for that client. Claims that a client
   * requests for its ID token by name (`claims`) are in it either way. Default `true`.
   */
  readonly idTokenScopeClaims?: boolean | undefined
  /**
   * The algorithm of ID tokens for clients that registered no `id_token_signed_response_alg`. Every client can verify
   * the default. Default `RS256`.
   */
  readonly idTokenSigningAlgorithm?: SigningAlgorithm | undefined
  /**
   * Further algorithms that clients may register as `id_token_signed_response_alg`. The server makes keys for each.
   * Default: those of JWT access tokens, which have keys anyway, and `ES256`, or with `signingKeys` its algorithms.
   */
  readonly idTokenSigningAlgorithms?: readonly SigningAlgorithm[] | undefined
  /**
   * Keys outside the process, in a key management service or a hardware security module: `externalSigningKeys` of
   * `@oauth/core/external-signing-keys`. Its algorithms must be those that the server signs with, and they become the
   * default of `idTokenSigningAlgorithms`. Default: the server makes its keys, and keeps them in the storage, sealed with
   * `secret`.
   * @example
   * import { externalSigningKeys } from '@oauth/core/external-signing-keys'
   *
   * accessTokenSigningAlgorithm: 'ES256',
   * idTokenSigningAlgorithm: 'ES256',
   * signingKeys: externalSigningKeys({
   *   algorithms: ['ES256'],
   *   list: () => [{ kid: 'key-1', algorithm: 'ES256', publicKey: pem }],
   *   sign: async ({ key, digest, signal }) => ecdsaSignatureFromDer(await kms.sign(key.kid, digest, { signal })),
   * })
   */
  readonly signingKeys?: SigningKeySource | undefined
  /**
   * The algorithm of JWT access tokens. Resource servers must support `RS256` ({@link
   * https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068 section 4}), and many libraries accept no other unless
   * told to. `ES256` and `EdDSA` sign faster and make shorter tokens. `ML-DSA-44`, `ML-DSA-65` and `ML-DSA-87` resist
   * quantum computers ({@link https://www.rfc-editor.org/rfc/rfc9964 RFC 9964}), make tokens of four to seven kilobytes,
   * and need a platform that has them, for instance Node 24.7. Default `RS256`.
   */
  readonly accessTokenSigningAlgorithm?: SigningAlgorithm | undefined
  /**
   * What is different for the access tokens of single resources, by their URL in `validAudiences`. One token cannot be
   * for two resources that need different algorithms or different `typ`: the server answers `invalid_target`, and the
   * client requests one token for each. Default: none.
   * @example
   * resourceOptions: {
   *   'https://fast.example.com': { accessTokenSigningAlgorithm: 'ES256' },
   *   'https://old.example.com': { accessTokenTyp: 'JWT' },
   * }
   */
  readonly resourceOptions?: Readonly<Record<string, ResourceOptions>> | undefined
  /**
   * Lets clients register `subject_type: pairwise`, so that each sector of clients sees a user under another `sub`
   * ({@link https://openid.net/specs/openid-connect-core-1_0.html#PairwiseAlg OpenID Connect Core section 8.1}). It is
   * at least 32 random characters (`openssl rand -base64 32`), the same in every process. Never change it: every
   * pairwise `sub` would change. Default: clients cannot be pairwise.
   */
  readonly pairwiseSecret?: string | undefined
}
