import type { ClientAuthMethodName, FeatureClientMetadata, GrantTypeName } from './feature-client-metadata.ts'

/**
 * Client metadata as it is registered and answered, in the wire names of
 * {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}, OpenID Connect Registration 1.0 and the
 * members that only the server side may set. The server stores it exactly as registered, so the members have snake_case
 * names in the code as well.
 */
export interface ClientMetadata extends FeatureClientMetadata {
  /**
   * Where users come back to, compared character by character. Required with the grant type `authorization_code`. A native
   * application may use loopback addresses, whose port may change, and private-use schemes.
   */
  readonly redirect_uris: readonly string[]
  /**
   * How the client authenticates. `none` makes it public: it has no secret, as single-page and native applications.
   * Default `client_secret_basic`; with a secret, `client_secret_post` works as well unless `strictClientAuthMethod` is on.
   */
  readonly token_endpoint_auth_method: ClientAuthMethodName
  /** The grant types that the client may use. Default `authorization_code` alone. */
  readonly grant_types: readonly GrantTypeName[]
  /** Always `code` with the grant type `authorization_code`, and empty without it. Default: what fits `grant_types`. */
  readonly response_types: readonly string[]
  /**
   * The scopes that the client may ask for, separated by spaces. Default: what the options of the server say; the server side
   * gets no `offline_access` by default for a client whose `grant_types` it names without `refresh_token`.
   */
  readonly scope: string
  /**
   * Whether the client is a native application, which may use loopback addresses and private-use schemes. Default: what the
   * redirect URIs tell.
   */
  readonly application_type: 'web' | 'native'
  /** The name that users see when they are asked for consent. */
  readonly client_name?: string
  /** The home page of the client, for users. */
  readonly client_uri?: string
  /** The logo of the client, for your consent page. The server does not fetch it. */
  readonly logo_uri?: string
  /** How to reach the people who run the client, usually by e-mail addresses. Users do not see them. */
  readonly contacts?: readonly string[]
  /** The terms of service of the client, for users. */
  readonly tos_uri?: string
  /** The privacy policy of the client, for users. */
  readonly policy_uri?: string
  /** An identifier of the software, the same for all copies of it. The server only stores it. */
  readonly software_id?: string
  /** The version of the software. The server only stores it. */
  readonly software_version?: string
  /** Where users may be sent after a logout that the client has asked for. */
  readonly post_logout_redirect_uris?: readonly string[]
  /** The URL at which a third party starts a sign-in at the client (OpenID Connect Core section 4). */
  readonly initiate_login_uri?: string
  /** The algorithm that signs the ID tokens of the client. Default: as the option `idTokenSigningAlgorithm` says. */
  readonly id_token_signed_response_alg?: string
  /** The `max_age` of authorization requests without one, in seconds. */
  readonly default_max_age?: number
  /** Whether the client needs `auth_time`. Every ID token of this server has it. */
  readonly require_auth_time?: boolean
  /** The `acr_values` of authorization requests without them, in order of preference. */
  readonly default_acr_values?: readonly string[]
  /**
   * Whether `acr_values` (and `default_acr_values`) are a requirement rather than a preference in the client's requests.
   * Default: as the option `requireAcrValues` says.
   */
  readonly require_acr_values?: boolean
  /** The algorithm that signs userinfo answers as a JWT. Default: userinfo is JSON. */
  readonly userinfo_signed_response_alg?: string
  /**
   * Whether the client gets the user's id as `sub`, or a value of its own sector (`pairwise`, with the option
   * `pairwiseSecret`). Default `public`.
   */
  readonly subject_type?: 'public' | 'pairwise'
  /** The URL of a JSON list with the redirect URIs of all clients of a sector. The host of the URL names the sector. */
  readonly sector_identifier_uri?: string
  /** Server side only: `false` lets a confidential client leave PKCE out. */
  readonly require_pkce: boolean
  /** Server side only: never ask the user for consent (a public client on loopback or a private-use scheme still asks). */
  readonly skip_consent?: boolean
  /**
   * Server side only: the user's consent is remembered on the loopback redirect URIs of this public client, exactly as they
   * are registered, because it is a web application and no native one ({@link
   * https://www.rfc-editor.org/rfc/rfc8252#section-8.6 RFC 8252 section 8.6}). `application_type: 'web'` sets it, where the
   * server side says so.
   */
  readonly remember_loopback_consent?: boolean
  /** Server side only: the client may end the session (and gets `sid` in its ID tokens). */
  readonly enable_end_session?: boolean
  /**
   * Server side only: origins, beside those of the redirect URIs, whose scripts may read the client's token and
   * revocation responses (CORS).
   */
  readonly allowed_cors_origins?: readonly string[]
  /**
   * Server side only: whether the client's ID tokens have the claims of the granted scopes, or only userinfo answers
   * them. Default: as the option `idTokenScopeClaims` says.
   */
  readonly id_token_scope_claims?: boolean
  /**
   * Server side only: the resources (out of the option `validAudiences`) that this client, an API, stands for. It may
   * introspect the access tokens for any of them ({@link https://www.rfc-editor.org/rfc/rfc7662#section-4 RFC 7662
   * section 4}), under whatever client id it has. A client whose id is a resource stands for that one anyway.
   * @example
   * ```ts
   * await provider.registerClient({ client_id: 'notes-api', grant_types: [], resources: ['https://notes.example/api'] })
   * ```
   */
  readonly resources?: readonly string[]
  /**
   * Server side only: the client may also introspect access tokens without a resource, those of all clients. Such tokens
   * are for this server alone, and the client learns of all their users: allow it to software that you run. Default
   * `false`.
   */
  readonly introspect_without_resource?: boolean
  /** Server side only: data of your application that is stored with the client. */
  readonly metadata?: Readonly<Record<string, unknown>>
}
