/** A JWK set ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}), of public keys. */
export interface PublicKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** Members that features bring. Without the feature they are unknown, whatever the type says. */
export interface FeatureClientMetadata {
  /** `private-key-jwt`, `jwt-secured-requests`: the client's public keys. */
  readonly jwks?: PublicKeySet
  /** The same two: where they are. Not beside `jwks`. */
  readonly jwks_uri?: string
  /** `private-key-jwt`: what the client's assertions are signed with. Default: whatever the feature allows. */
  readonly token_endpoint_auth_signing_alg?: string
  /** `jwt-secured-requests`: what the client's request objects are signed with. Default: whatever the feature allows. */
  readonly request_object_signing_alg?: string
  /** `jwt-secured-requests`: where its request objects are. */
  readonly request_uris?: readonly string[]
  /** `jwt-secured-requests`: takes no other request of this client. */
  readonly require_signed_request_object?: boolean
  /** `back-channel-logout`: where this server tells the client that a session has ended. */
  readonly backchannel_logout_uri?: string
  /** The same: the client needs to know which session (`sid`). It is told in any case. */
  readonly backchannel_logout_session_required?: boolean
  /** `front-channel-logout`: what the browser loads in a frame when a session has ended. */
  readonly frontchannel_logout_uri?: string
  /** The same: the client needs to know which session (`iss` and `sid`). It is told in any case. */
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
 * members that only the server side may set. It is kept exactly as registered, hence snake_case inside as well.
 */
export interface ClientMetadata extends FeatureClientMetadata {
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method: ClientAuthMethodName
  readonly grant_types: readonly GrantTypeName[]
  readonly response_types: readonly string[]
  /** Space separated scopes this client may ask for; also what it gets when it asks for none. */
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
  /** Where others send a user to begin a sign-in at the client (OpenID Connect Core section 4). */
  readonly initiate_login_uri?: string
  readonly id_token_signed_response_alg?: string
  /** Seconds: the `max_age` of requests that name none. */
  readonly default_max_age?: number
  /** The client relies on `auth_time`. Every ID token of ours has it. */
  readonly require_auth_time?: boolean
  /** The `acr_values` of requests that name none, in order of preference. */
  readonly default_acr_values?: readonly string[]
  /** Userinfo is a JWT signed so. Default: it is JSON. */
  readonly userinfo_signed_response_alg?: string
  readonly subject_type?: 'public' | 'pairwise'
  /** A JSON list of the redirect URIs of all clients of a sector, whose host is its name. */
  readonly sector_identifier_uri?: string
  /** Server side only: `false` lets a confidential client leave PKCE out. */
  readonly require_pkce: boolean
  /** Server side only: never ask the user for consent (a public client on loopback or a private-use scheme still asks). */
  readonly skip_consent?: boolean
  /** Server side only: the client may end the session (and gets `sid` in its ID tokens). */
  readonly enable_end_session?: boolean
  /** Server side only: whatever the host keeps beside the client. */
  readonly metadata?: Readonly<Record<string, unknown>>
}
