import type { ClientMetadata } from '../protocol/client-metadata.ts'
import type { Context } from './context.ts'
import type { Registry } from './registry.ts'

/**
 * What a security profile demands, as data. Every member narrows what the configuration allows, and an absent member
 * demands nothing, so no profile can allow what the server refuses without it.
 */
export interface Demands {
  /** The values of `token_endpoint_auth_method` that clients may have. */
  readonly clientAuthMethods?: readonly string[]
  /** The algorithms of every signature by the client, and of every JWT that the server signs for it. */
  readonly signingAlgorithms?: readonly string[]
  /** Client assertions must have the issuer as their `aud`, as a string: neither a list nor the URL of an endpoint. */
  readonly issuerAsAudience?: true
  /** Authorization requests must be pushed ({@link https://www.rfc-editor.org/rfc/rfc9126 RFC 9126}). */
  readonly pushedRequests?: true
  /** The longest lifetime of the `request_uri` of a pushed request, in seconds. */
  readonly requestUriLifetime?: number
  /** Authorization requests must have a code challenge, whatever `require_pkce` of the client says. */
  readonly pkce?: true
  /**
   * The grant types by which clients may ask for a user's access without the authorization endpoint (`directRequests` of
   * grant types). What the other members demand of authorization requests, for instance a signature, the feature of such a
   * grant type must demand of its own requests.
   */
  readonly directGrantTypes?: readonly string[]
  /**
   * Authorization requests must name their `redirect_uri`, also when the client has only one. It must use https; a native
   * client may use http on a loopback address.
   */
  readonly redirectUri?: true
  /** The longest lifetime of authorization codes, in seconds. */
  readonly codeLifetime?: number
  /**
   * The members of `cnf` of which every access token must have one, for instance `jkt` for DPoP and `x5t#S256` for
   * mutual TLS.
   */
  readonly senderConstraints?: readonly string[]
  /** Authorization requests must be signed request objects ({@link https://www.rfc-editor.org/rfc/rfc9101 RFC 9101}). */
  readonly signedRequests?: true
  /** How long before now `nbf`, and how long after now `exp` of a request object may be, in seconds. Both must be there. */
  readonly requestObjectLifetime?: number
  /** The values of `response_mode` that authorization requests may have. `query` stands for a request that names none. */
  readonly responseModes?: readonly string[]
  /**
   * Introspection must be asked for as a signed JWT ({@link https://www.rfc-editor.org/rfc/rfc9701#section-4 RFC 9701
   * section 4}).
   */
  readonly signedIntrospection?: true
  /**
   * Back-channel authentication requests must be signed ({@link
   * https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html#signed_auth_request CIBA Core
   * section 7.1.1}).
   */
  readonly signedBackchannelRequests?: true
  /** Back-channel authentication requests must have a `binding_message`, or `authorization_details`, by which the user knows them. */
  readonly backchannelContext?: true
  /** The values of `backchannel_token_delivery_mode` that clients may have. */
  readonly backchannelDeliveryModes?: readonly string[]
}

/** A security profile that holds for all clients of a provider, or for some. */
export interface Profile {
  /** The value of `security_profile` in the metadata of clients for which the server side chose it. */
  readonly name: string
  readonly demands: Demands
  /** Whether it holds for every client, so that discovery publishes no more than it allows. */
  readonly forEveryClient: boolean
  /** Whether it holds for a client with this metadata. */
  appliesTo(metadata: ClientMetadata): boolean
  /**
   * Called once, when all features have started.
   * @throws {TypeError} for a configuration that cannot meet the profile, with a text that says what to change
   */
  checkServer(ctx: Context): void
  /** Returns a discovery document with no more than the profile allows. It is called when `forEveryClient` is true. */
  narrowMetadata(document: Readonly<Record<string, unknown>>, registry: Registry): Readonly<Record<string, unknown>>
}
