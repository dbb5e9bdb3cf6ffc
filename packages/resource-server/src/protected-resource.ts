import { type AuthInfo, authInfo } from './auth-info.ts'
import { readPresentedToken } from './bearer-token.ts'
import { checkOrigins, isPreflight, preflightResponse, withCors } from './cors.ts'
import { createDefaultLog } from './default-log.ts'
import { protect } from './protect.ts'
import {
  protectedResourceMetadataHandler,
  protectedResourceMetadataUrl,
} from './protected-resource-metadata-handler.ts'
import {
  clockOf,
  metadataOptionsOf,
  type ProtectedResourceOptions,
  type RouteOptions,
  verifierOf,
} from './protected-resource-options.ts'
import { isAt, publishedUrl } from './published-url.ts'
import { type RequestHead, requireHead } from './request-head.ts'
import { routeOptions } from './route-options.ts'
import type { TokenVerifier } from './token-verifier.ts'
import type { VerifiedToken } from './verified-token.ts'

/** Answers a request: with the response of `admitted`, which is called for a valid token, or with a challenge. */
export type ResourceGuard = (
  request: RequestHead,
  admitted: (auth: AuthInfo) => Response | Promise<Response>,
) => Promise<Response>

/** A fetch handler that gets the verified caller of its request, and then the further arguments of the platform. */
export type AuthHandler<Rest extends readonly unknown[]> = (
  request: Request,
  auth: AuthInfo,
  ...rest: Rest
) => Response | Promise<Response>

/** A resource with its verifier, metadata document and challenges: what the middlewares of the frameworks have in common. */
export interface ProtectedResource {
  readonly resource: string
  /** The URL of the metadata document, which is in every challenge. */
  readonly metadataUrl: string
  readonly verifier: Pick<TokenVerifier, 'verify' | 'senderConstraints' | 'audience'>
  /** Tells whether a request, by its URL or path as it arrives, is for the metadata document. */
  isMetadata(target: string): boolean
  /** Serves the metadata document. With `metadata.signMetadata` it answers with a promise. */
  metadata(request: Pick<RequestHead, 'method'>): Response | Promise<Response>
  /**
   * Returns the head of a request with the URL that clients use, or `undefined` when `target` is not a URL or a path. The
   * result is the same object for the same `incoming` request, so that several guards verify its token only once.
   */
  head(incoming: object, target: string, read: () => Omit<RequestHead, 'url' | 'incoming'>): RequestHead | undefined
  /**
   * Makes a guard. It answers preflights, verifies the token, and answers a `ResourceError` of `admitted` with a challenge.
   * @throws {TypeError} when an option is unknown or wrong
   */
  guard(options?: RouteOptions): ResourceGuard
  /** Protects a fetch handler. */
  withAuth<Rest extends readonly unknown[]>(
    handler: AuthHandler<Rest>,
    options?: RouteOptions,
  ): (request: Request, ...rest: Rest) => Promise<Response>
}

/**
 * Makes a protected resource from one set of options. The packages `@oauth/express`, `@oauth/hono` and `@oauth/next` have
 * middlewares around it (`protectedResource` of their entry `resource-server`).
 * @example
 * const api = createProtectedResource({
 *   resource: 'https://api.example.com/mcp',
 *   authorizationServer: 'https://id.example.com/auth',
 *   scopes: ['notes:read'],
 * })
 * const notes = api.withAuth((request, auth) => Response.json({ notesOf: auth.subject }))
 * export default { fetch: (request) => (api.isMetadata(request.url) ? api.metadata(request) : notes(request)) }
 * @throws {TypeError} when an option is unknown, missing or wrong
 */
export function createProtectedResource(options: ProtectedResourceOptions): ProtectedResource {
  const { resource, allowedOrigins = '*', receivedAt } = options
  const metadataUrl = protectedResourceMetadataUrl(resource)
  const verifier = verifyOnce(verifierOf(options))
  const metadata = protectedResourceMetadataHandler(resource, metadataOptionsOf(options))
  const schemes = verifier.senderConstraints.map(({ scheme }) => scheme.toLowerCase())
  const publish = publishedUrl(resource, receivedAt)
  checkOrigins(allowedOrigins)
  const address = new URL(metadataUrl)
  const own = ownOptions(options)
  const heads = new WeakMap<object, RequestHead>()

  const head: ProtectedResource['head'] = (incoming, target, read) => {
    const known = heads.get(incoming)
    const url = known?.url ?? publish(target)
    if (known !== undefined || url === undefined) return known
    const made = { ...read(), url, incoming }
    heads.set(incoming, made)
    return made
  }

  const guard = (more: RouteOptions = {}): ResourceGuard => {
    const route = { ...routeOptions(own, more), verifier, resourceMetadata: metadataUrl }
    const guarded = protect(route)((request, token, admitted: (auth: AuthInfo) => Response | Promise<Response>) =>
      admitted(authInfo(token, readPresentedToken(request, schemes).token, resource)),
    )
    return async (request, admitted) => {
      if (isPreflight(request)) return preflightResponse(request, allowedOrigins)
      // `protect` only passes the request to the verifier and to the handler above, which read its head.
      return withCors(await guarded(request as Request, admitted), request, allowedOrigins)
    }
  }
  guard()

  return Object.freeze<ProtectedResource>({
    resource,
    metadataUrl,
    verifier,
    isMetadata: (target) => isAt(target, address),
    metadata: (request) => metadata(request as Request),
    head,
    guard,
    withAuth(handler, more) {
      const guarded = guard(more)
      return async (request, ...rest) => {
        requireHead(request)
        const { method, headers, url } = request
        const own = head(request, url, () => ({ method, headers })) ?? request
        return guarded(own, (auth) => handler(request, auth, ...rest))
      }
    },
  })
}

/** Returns the options that `protect` checks: all but those of this file. All routes share one default log. */
function ownOptions(options: ProtectedResourceOptions): RouteOptions {
  const { resource, authorizationServer, metadata, senderConstraints, allowedOrigins, receivedAt, ...own } = options
  const clock = clockOf(options)
  const { onError = createDefaultLog(resource) } = own
  return { ...own, onError, ...(clock !== undefined && { clock }) }
}

/** Verifies the token of each request once, however many guards ask: a proof of DPoP is good for one use. */
function verifyOnce({ verify, senderConstraints, audience }: TokenVerifier): ProtectedResource['verifier'] {
  const verified = new WeakMap<RequestHead, Promise<VerifiedToken>>()
  return {
    senderConstraints,
    audience,
    verify(input) {
      if (typeof input === 'string') return verify(input)
      const known = verified.get(input) ?? verify(input)
      verified.set(input, known)
      return known
    },
  }
}
