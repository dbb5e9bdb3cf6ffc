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
  /**
   * The public keys of the client. For the features `private-key-jwt`, `jwt-secured-requests`, `encrypted-responses` and
   * `mutual-tls`. Not beside `jwks_uri`.
   */
  readonly jwks?: PublicKeySet
  /**
   * The URL of the public keys of the client. For the features `private-key-jwt`, `jwt-secured-requests`,
   * `encrypted-responses` and `mutual-tls`. Not beside `jwks`.
   */
  readonly jwks_uri?: string
  /**
   * The algorithm that signs the assertions of the client. For the feature `private-key-jwt`. Default: any algorithm
   * that the feature allows.
   */
  readonly token_endpoint_auth_signing_alg?: string
  /**
   * The authentication methods between which a client that is a document leaves the choice. For the feature
   * `client-id-metadata-documents`, which alone sets it.
   */
  readonly token_endpoint_auth_methods_supported?: readonly string[]
  /**
   * The algorithm that signs the request objects of the client. For the feature `jwt-secured-requests`. Default: any
   * algorithm that the feature allows.
   */
  readonly request_object_signing_alg?: string
  /**
   * The JWE algorithm (`alg`) by which the request objects of the client must be encrypted, after they were signed. For the
   * feature `jwt-secured-requests`. Default: they may be encrypted.
   */
  readonly request_object_encryption_alg?: string
  /** How the content of those request objects must be encrypted (`enc`). Default: in any way that the server supports. */
  readonly request_object_encryption_enc?: string
  /** The URLs of the request objects of the client. For the feature `jwt-secured-requests`. */
  readonly request_uris?: readonly string[]
  /**
   * Makes the server refuse authorization requests of this client without a signed request object. For the feature
   * `jwt-secured-requests`.
   */
  readonly require_signed_request_object?: boolean
  /**
   * Makes the server refuse authorization requests of this client that were not pushed. For the feature
   * `pushed-authorization-requests`.
   */
  readonly require_pushed_authorization_requests?: boolean
  /**
   * Whether the server refuses token requests of this client without a DPoP proof ({@link
   * https://www.rfc-editor.org/rfc/rfc9449#section-5.2 RFC 9449 section 5.2}). For the feature `dpop`. Default `false`.
   */
  readonly dpop_bound_access_tokens?: boolean
  /**
   * Whether the access tokens of this client are bound to its certificate, whatever its authentication method. The server
   * then refuses token requests without a certificate ({@link https://www.rfc-editor.org/rfc/rfc8705#section-3.4 RFC 8705
   * section 3.4}). For the feature `mutual-tls`. Default `false`.
   */
  readonly tls_client_certificate_bound_access_tokens?: boolean
  /**
   * The JWE algorithm (`alg`) by which ID tokens are encrypted for the client, after they were signed. For the feature
   * `encrypted-responses`. Default: ID tokens are signed only.
   */
  readonly id_token_encrypted_response_alg?: string
  /** How the content of those ID tokens is encrypted (`enc`). Default `A128CBC-HS256`. */
  readonly id_token_encrypted_response_enc?: string
  /**
   * The JWE algorithm (`alg`) by which userinfo is encrypted for the client, after it was signed when
   * `userinfo_signed_response_alg` says so. For the feature `encrypted-responses`. Default: userinfo is not encrypted.
   */
  readonly userinfo_encrypted_response_alg?: string
  /** How the content of that userinfo is encrypted (`enc`). Default `A128CBC-HS256`. */
  readonly userinfo_encrypted_response_enc?: string
  /**
   * Server side only: the security profile that holds for this client, by its name (`fapi2-security-profile`,
   * `fapi2-message-signing`, `fapi-ciba`). For the feature `fapi2`. A process that does not have the profile serves the client nothing.
   */
  readonly security_profile?: string
  /**
   * Server side only: whether the client is an application of yours that signs users in with pages of its own, without a
   * browser and without consent. For the experimental feature `first-party-apps-draft-03`. Default `false`.
   */
  readonly first_party_application?: boolean
  /**
   * How the client gets the tokens of a back-channel authentication: it asks for them (`poll`), the server tells it when to
   * ask (`ping`), or the server sends them (`push`). Required with the grant type. For the feature
   * `backchannel-authentication`.
   */
  readonly backchannel_token_delivery_mode?: 'poll' | 'ping' | 'push'
  /** The URL to which the server posts in the modes `ping` and `push`. For the feature `backchannel-authentication`. */
  readonly backchannel_client_notification_endpoint?: string
  /**
   * The algorithm that signs the back-channel authentication requests of the client, which must then be signed. For the
   * feature `backchannel-authentication`. Default: they may be signed, by any algorithm that the feature allows.
   */
  readonly backchannel_authentication_request_signing_alg?: string
  /** Whether the client sends `user_code`. For the feature `backchannel-authentication`. Default `false`. */
  readonly backchannel_user_code_parameter?: boolean
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
  /**
   * The algorithm that signs the authorization responses of the client in the response modes of JARM. For the feature
   * `jarm`. Default: `RS256`, or the first algorithm of a server that does not sign with it.
   */
  readonly authorization_signed_response_alg?: string
  /**
   * The algorithm that encrypts the key of the client's authorization responses in the response modes of JARM. For the
   * feature `jarm`. Default: they are signed and not encrypted.
   */
  readonly authorization_encrypted_response_alg?: string
  /** The algorithm that encrypts the content of these responses. For the feature `jarm`. Default `A128CBC-HS256`. */
  readonly authorization_encrypted_response_enc?: string
  /**
   * Makes the server refuse authorization requests of this client with a response mode that is not signed. For the feature
   * `jarm`.
   */
  readonly require_signed_authorization_response?: boolean
  /**
   * The algorithm that signs introspection responses for this client when it asks for a JWT. For the feature
   * `jwt-introspection`. Default: `RS256`, or the first algorithm of a server that does not sign with it.
   */
  readonly introspection_signed_response_alg?: string
  /**
   * The algorithm that encrypts the key of introspection responses for this client, which must then ask for a JWT. For the
   * feature `jwt-introspection`. Default: they are signed and not encrypted.
   */
  readonly introspection_encrypted_response_alg?: string
  /** The algorithm that encrypts the content of these responses. For the feature `jwt-introspection`. Default `A128CBC-HS256`. */
  readonly introspection_encrypted_response_enc?: string
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
