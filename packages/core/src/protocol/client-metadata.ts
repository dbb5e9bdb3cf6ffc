/** A JWK set of public keys ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}). */
export interface PublicKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Members of client metadata that features bring. A server without the feature refuses or ignores the member, whatever
 * the type says.
 */
export interface FeatureClientMetadata {
  /**
   * The public keys of the client. For the features `private-key-jwt` and `jwt-secured-requests`. Not beside
   * `jwks_uri`.
   */
  readonly jwks?: PublicKeySet
  /**
   * The URL of the public keys of the client. For the features `private-key-jwt` and `jwt-secured-requests`. Not beside
   * `jwks`.
   */
  readonly jwks_uri?: string
  /**
   * The algorithm that signs the assertions of the client. For the feature `private-key-jwt`. Default: any algorithm
   * that the feature allows.
   */
  readonly token_endpoint_auth_signing_alg?: string
  /**
   * The algorithm that signs the request objects of the client. For the feature `jwt-secured-requests`. Default: any
   * algorithm that the feature allows.
   */
  readonly request_object_signing_alg?: string
  /** The URLs of the request objects of the client. For the feature `jwt-secured-requests`. */
  readonly request_uris?: readonly string[]
  /**
   * Makes the server refuse authorization requests of this client without a signed request object. For the feature
   * `jwt-secured-requests`.
   */
  readonly require_signed_request_object?: boolean
  /** The URL to which the server posts that a session has ended. For the feature `back-channel-logout`. */
  readonly backchannel_logout_uri?: string
  /**
   * Whether the client needs `sid` in the logout token. The server sends `sid` in any case. For the feature
   * `back-channel-logout`.
   */
  readonly backchannel_logout_session_required?: boolean
  /** The URL that the browser loads in a frame when a session has ended. For the feature `front-channel-logout`. */
  readonly frontchannel_logout_uri?: string
  /**
   * Whether the client needs `iss` and `sid` in that URL. The server adds them in any case. For the feature
   * `front-channel-logout`.
   */
  readonly frontchannel_logout_session_required?: boolean
}

/**
 * The grant types that a client may register. A feature that brings a grant type adds its name by declaration merging:
 * `declare module '@oauth/core' { interface GrantTypeNames { 'urn:example:grant': true } }`.
 */
export interface GrantTypeNames {
  authorization_code: true
  refresh_token: true
  client_credentials: true
}

/**
 * The authentication methods that a client may register. A feature that brings a method adds its name by declaration
 * merging, like a grant type in `GrantTypeNames`.
 */
export interface ClientAuthMethodNames {
  none: true
  client_secret_basic: true
  client_secret_post: true
}

/** The name of a grant type, for instance `authorization_code`. */
export type GrantTypeName = keyof GrantTypeNames

/** The name of a client authentication method, for instance `client_secret_basic`. */
export type ClientAuthMethodName = keyof ClientAuthMethodNames

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
  /** The algorithm that signs userinfo answers as a JWT. Default: userinfo is JSON. */
  readonly userinfo_signed_response_alg?: string
  readonly subject_type?: 'public' | 'pairwise'
  /** The URL of a JSON list with the redirect URIs of all clients of a sector. The host of the URL names the sector. */
  readonly sector_identifier_uri?: string
  /** Server side only: `false` lets a confidential client leave PKCE out. */
  readonly require_pkce: boolean
  /** Server side only: never ask the user for consent (a public client on loopback or a private-use scheme still asks). */
  readonly skip_consent?: boolean
  /** Server side only: the client may end the session (and gets `sid` in its ID tokens). */
  readonly enable_end_session?: boolean
  /** Server side only: data of your application that is stored with the client. */
  readonly metadata?: Readonly<Record<string, unknown>>
}
