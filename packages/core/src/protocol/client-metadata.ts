import type { FeatureClientMetadata } from './feature-client-metadata.ts'

/**
 * Client metadata as it is registered and answered, in the wire names of
 * {@link https://www.rfc-editor.org/rfc/rfc7591#section-2 RFC 7591 section 2}, OpenID Connect Registration 1.0 and the
 * members that only the server side may set. It is kept exactly as registered, hence snake_case inside as well.
 */
export interface ClientMetadata extends FeatureClientMetadata {
  readonly redirect_uris: readonly string[]
  readonly token_endpoint_auth_method: string
  readonly grant_types: readonly string[]
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
