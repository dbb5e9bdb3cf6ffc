/** A JWK set ({@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}), of public keys. */
export interface PublicKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/**
 * Members of client metadata that features bring. Without the feature a member is unknown, whatever the type says. A feature
 * widens this interface, so that `registerClient` takes its members, and names them in `clientMetadata` of its parts.
 * @example
 * ```ts
 * declare module '@oauth/core' {
 *   interface FeatureClientMetadata {
 *     readonly dpop_bound_access_tokens?: boolean
 *   }
 * }
 * ```
 */
export interface FeatureClientMetadata {
  /** `private-key-jwt`, `jwt-secured-requests`: the client's public keys. */
  readonly jwks?: PublicKeySet
  /** `private-key-jwt`, `jwt-secured-requests`: where the public keys are. Not beside `jwks`. */
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
