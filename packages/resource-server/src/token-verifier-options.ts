import type { Clock } from './clock.ts'
import type { DiscoveryAlgorithm } from './discovery.ts'
import type { LocalVerification } from './local.ts'
import type { Fetch } from './outbound.ts'

export interface CommonVerifierOptions {
  /**
   * The identifier of this resource, as clients ask for it in `resource`. A token that is not for it is refused, always:
   * otherwise a token for one resource would open all others.
   */
  readonly audience: string
  /** Seconds by which clocks may differ. Default 5, at most 300. */
  readonly clockTolerance?: number
  /** Seam for tests. Default: the system's. */
  readonly clock?: Clock
}

/** Verification with the keys, or at the introspection endpoint, of an authorization server somewhere else. */
export interface RemoteVerifierOptions extends CommonVerifierOptions {
  /** The authorization server's issuer identifier, character by character. */
  readonly issuer: string
  /** How to ask about opaque tokens. Without it they are refused. */
  readonly introspection?: IntrospectionOptions
  /** Where the keys are. Default: what the metadata of the issuer say. */
  readonly jwksUri?: string
  /** Where the metadata are. Default: RFC 8414's place, then OpenID's. */
  readonly discovery?: DiscoveryAlgorithm
  /** Signature algorithms of JWTs, asymmetric ones only. Default: RS, PS and ES with 256, 384 and 512, Ed25519, EdDSA. */
  readonly algorithms?: readonly string[]
  /** Seconds that a request to the authorization server may take. Default 5. */
  readonly timeout?: number
  /** Seconds for which the keys are relied on. Default 600. */
  readonly jwksCacheSeconds?: number
  /** Seconds between two fetches because of an unknown key, however many tokens name one. Default 30. */
  readonly jwksCooldownSeconds?: number
  /** Seconds for which the metadata are relied on. Default 3600. */
  readonly metadataCacheSeconds?: number
  /** Sends the requests. Default: the platform's. */
  readonly fetch?: Fetch
  readonly verifyWith?: undefined
}

/** {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2} */
export interface IntrospectionOptions {
  /** The client that this resource is to the authorization server. */
  readonly clientId: string
  readonly clientSecret: string
  /** Default `client_secret_basic`. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post'
  /** Where to ask. Default: what the metadata of the issuer say. */
  readonly endpoint?: string
  /**
   * Seconds for which a good answer is relied on, never beyond the token's end: so long a revoked token still works.
   * Default 0, at most 300.
   */
  readonly cacheSeconds?: number
  /**
   * Ask about JWTs as well, after their signature was checked here: the only way to see that one was revoked before its
   * end. Default `false`.
   */
  readonly jwts?: boolean
}

/** Verification by a function, for a resource in the authorization server's own process. */
export interface LocalVerifierOptions extends CommonVerifierOptions {
  /** `provider.verifyAccessToken` fits. */
  readonly verifyWith: LocalVerification
}

export type TokenVerifierOptions = RemoteVerifierOptions | LocalVerifierOptions
