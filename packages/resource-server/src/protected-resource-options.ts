import type { Clock } from './clock.ts'
import type { AllowedOrigins } from './cors.ts'
import type { LocalVerification } from './local.ts'
import type { ProtectOptions } from './protect.ts'
import type { MetadataProvider } from './protected-resource-metadata.ts'
import type { ProtectedResourceMetadataHandlerOptions } from './protected-resource-metadata-handler.ts'
import type { SenderConstraint } from './sender-constraint.ts'
import { createTokenVerifier, type TokenVerifier } from './token-verifier.ts'
import type { LocalVerifierOptions, RemoteVerifierOptions } from './token-verifier-options.ts'

/** The provider of the same process: the result of `createProvider` of `@oauth/core` fits. */
export interface ResourceProvider extends MetadataProvider {
  readonly verifyAccessToken: LocalVerification
  /** The clock of the provider, by which the resource then measures, too. */
  readonly clock?: Clock
}

/**
 * Who issues the tokens of a resource, and how it verifies them:
 * - an issuer: JWTs, by the server's published keys;
 * - `{ issuer, introspection }` or other options of `createTokenVerifier`: opaque tokens too, by introspection;
 * - the provider of the same process, or `{ issuer, verifyWith }`: all tokens, without a request.
 */
export type ResourceAuthorizationServer =
  | string
  | ResourceProvider
  | Omit<RemoteVerifierOptions, 'audience' | 'senderConstraints'>
  | (Omit<LocalVerifierOptions, 'audience' | 'senderConstraints'> & { readonly issuer: string })

/**
 * What a route demands on top of what its resource demands of every request. It cannot demand less: `scopes` are added, the
 * lower `maxAge` counts, and a token needs a class (`acr`) that both accept.
 */
export type RouteOptions = Omit<ProtectOptions, 'verifier' | 'resourceMetadata' | 'realm'>

export interface ProtectedResourceOptions extends Omit<ProtectOptions, 'verifier' | 'resourceMetadata'> {
  /** The identifier of the resource: the URL that clients connect to, and the audience of their tokens. */
  readonly resource: string
  readonly authorizationServer: ResourceAuthorizationServer
  /**
   * Further members of the metadata document, and `maxAge` of its caches. Default of `scopesSupported`: `scopes`.
   */
  readonly metadata?: ProtectedResourceMetadataHandlerOptions
  /** The sender constraints that this resource checks, for instance DPoP. Default: none, so it refuses bound tokens. */
  readonly senderConstraints?: readonly SenderConstraint[]
  /**
   * The origins whose scripts may call the resource. Default `*`: browsers send no access token on their own, so a script
   * without a token gets nothing. `[]` leaves CORS to you; then answer preflights before this middleware.
   */
  readonly allowedOrigins?: AllowedOrigins
  /** The path at which requests for the resource arrive, if a proxy or a framework changes it. Default: the path of `resource`. */
  readonly receivedAt?: string
}

/** Makes the verifier of a resource. */
export function verifierOf(options: ProtectedResourceOptions): TokenVerifier {
  const { authorizationServer: server, resource: audience, senderConstraints = [] } = options
  if (server === undefined || server === null) {
    throw new TypeError(
      'authorizationServer: is missing: set it to the issuer, for instance https://id.example.com/auth, or to the provider of this process',
    )
  }
  const clock = (typeof server === 'string' ? undefined : server.clock) ?? options.clock
  const common = { audience, senderConstraints, ...(clock !== undefined && { clock }) }
  if (typeof server === 'string') return createTokenVerifier({ issuer: server, ...common })
  if ('verifyAccessToken' in server) return createTokenVerifier({ verifyWith: server.verifyAccessToken, ...common })
  if (server.verifyWith === undefined) return createTokenVerifier({ ...server, ...common })
  const { issuer: _, ...local } = server as LocalVerifierOptions & { readonly issuer: string }
  return createTokenVerifier({ ...local, ...common })
}

/** Returns the clock by which a resource measures the age of a login: its own, or that of its authorization server. */
export function clockOf({ authorizationServer: server, clock }: ProtectedResourceOptions): Clock | undefined {
  return clock ?? (typeof server === 'string' ? undefined : server.clock)
}

/** Returns the options of the metadata document. `protect` reads tokens from the header alone. */
export function metadataOptionsOf(options: ProtectedResourceOptions): ProtectedResourceMetadataHandlerOptions {
  const { authorizationServer: server, metadata, scopes = [], senderConstraints = [] } = options
  return {
    ...issuerOf(server),
    scopesSupported: scopes,
    bearerMethodsSupported: ['header'],
    ...Object.assign({}, ...senderConstraints.map((constraint) => constraint.metadata)),
    ...metadata,
  }
}

function issuerOf(server: ResourceAuthorizationServer): ProtectedResourceMetadataHandlerOptions {
  if (typeof server === 'string') return { authorizationServer: server }
  return 'verifyAccessToken' in server ? { provider: server } : { authorizationServer: server.issuer }
}
