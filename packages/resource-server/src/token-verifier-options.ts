import type { Clock } from './clock.ts'
import type { DiscoveryAlgorithm } from './discovery.ts'
import type { LocalVerification } from './local.ts'
import type { Fetch } from './outbound.ts'
import type { SenderConstraint } from './sender-constraint.ts'

export interface CommonVerifierOptions {
  /**
   * The identifier of this resource, which clients send as `resource`. The verifier refuses every token for another
   * audience: otherwise a token for one resource would work at all others.
   */
  readonly audience: string
  /** Seconds by which clocks may differ. Default 5, at most 300. */
  readonly clockTolerance?: number
  /**
   * The sender constraints that this resource checks, for instance DPoP. The verifier refuses every token that is bound to a
   * key of another kind. Default: none.
   */
  readonly senderConstraints?: readonly SenderConstraint[]
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock
}

/** Options to verify tokens with the keys, or at the introspection endpoint, of a remote authorization server. */
export interface RemoteVerifierOptions extends CommonVerifierOptions {
  /** The issuer identifier of the authorization server, exactly as its metadata say it. */
  readonly issuer: string
  /** Access to the introspection endpoint, for opaque tokens. Without it the verifier refuses them. */
  readonly introspection?: IntrospectionOptions
  /** URL of the keys. Default: the `jwks_uri` of the metadata. */
  readonly jwksUri?: string
  /** The well-known path of the metadata. Default: that of RFC 8414, then that of OpenID Connect Discovery. */
  readonly discovery?: DiscoveryAlgorithm
  /**
   * Accepted signature algorithms of JWTs; only asymmetric ones. Default: RS, PS and ES with 256, 384 and 512, Ed25519,
   * EdDSA, and on platforms that have it ML-DSA-44, ML-DSA-65 and ML-DSA-87.
   */
  readonly algorithms?: readonly string[]
  /** Seconds that a request to the authorization server may take. Default 5. */
  readonly timeout?: number
  /** Seconds for which the keys are cached. Default 600. */
  readonly jwksCacheSeconds?: number
  /** Least number of seconds between two fetches of the keys because of unknown key ids. Default 30. */
  readonly jwksCooldownSeconds?: number
  /** Seconds for which the metadata are cached. Default 3600. */
  readonly metadataCacheSeconds?: number
  /** The function that sends the requests. Default: `fetch` of the platform. */
  readonly fetch?: Fetch
  readonly verifyWith?: undefined
}

/** Access to the introspection endpoint ({@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2}). */
export interface IntrospectionOptions {
  /**
   * The client id with which this resource authenticates at the authorization server, for instance `notes-api`. At
   * `@oauth/core` the client needs the audience in its `resources`.
   */
  readonly clientId: string
  readonly clientSecret: string
  /** Default `client_secret_basic`. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post'
  /** URL of the endpoint. Default: the `introspection_endpoint` of the metadata. */
  readonly endpoint?: string
  /**
   * Seconds for which a positive response is cached, never beyond the token's expiry. A revoked token still works for that
   * time. Default 0, at most 300.
   */
  readonly cacheSeconds?: number
  /**
   * Introspect JWTs as well, after their signature was checked here. Only so the resource notices that a JWT was revoked
   * before its expiry. Default `false`.
   */
  readonly jwts?: boolean
  /**
   * Ask for introspection responses that the authorization server has signed ({@link
   * https://www.rfc-editor.org/rfc/rfc9701 RFC 9701}), and refuse every other one: the verifier then answers
   * `temporarily_unavailable`. At `@oauth/core` this needs the feature `jwt-introspection`. The keys and `algorithms` are those
   * of JWTs. Default `false`.
   */
  readonly signedResponses?: boolean
}

/** Options to verify tokens with a function, for a resource in the process of the authorization server. */
export interface LocalVerifierOptions extends CommonVerifierOptions {
  /** The verification function, for instance `provider.verifyAccessToken`. */
  readonly verifyWith: LocalVerification
}

export type TokenVerifierOptions = RemoteVerifierOptions | LocalVerifierOptions
