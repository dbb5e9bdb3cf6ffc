import type { ClientAuthMethodName, FeatureClientMetadata, GrantTypeName } from './feature-client-metadata.ts'

/**
 * Client metadata as it is registered and answered, in the wire names of
 * {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}, OpenID Connect Registration 1.0 and the
 * members that only the server side may set. The server stores it exactly as registered, so the members have snake_case
 * names in the code as well.
 */
export interface ClientMetadata extends FeatureClientMetadata {
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method: ClientAuthMethodName
  readonly grant_types: readonly GrantTypeName[]
  readonly response_types: readonly string[]
  /** The scopes that the client may ask for, separated by spaces. */
  readonly scope: string
  readonly application_type: 'web' | 'native'
  readonly client_name?: string
  readonly client_uri?: string
  readonly logo_uri?: string
  readonly contacts?: readonly string[]
  readonly tos_uri?: string
  readonly policy_uri?: string
  readonly software_id?: string
  readonly software_version?: string
  readonly post_logout_redirect_uris?: readonly string[]
  /** The URL at which a third party starts a sign-in at the client (OpenID Connect Core section 4). */
  readonly initiate_login_uri?: string
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
