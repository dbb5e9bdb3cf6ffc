import {
  type AuthHandler,
  createProtectedResource,
  type ProtectedResource,
  type ProtectedResourceOptions,
  type RouteOptions,
} from '@oauth/resource-server'
import type { RouteHandler } from './route-handler.ts'

export type { AuthHandler, AuthInfo, ProtectedResourceOptions, RouteOptions } from '@oauth/resource-server'
export type { RouteHandler } from './route-handler.ts'

/**
 * Options, or a function that makes them at the first request. Pass a function: while Next builds, there are no secrets. Requests
 * that come before its first answer call it, too; the first answer counts.
 */
export type ProtectedResourceSource =
  | ProtectedResourceOptions
  | (() => ProtectedResourceOptions | Promise<ProtectedResourceOptions>)

/** The exports of the `route.ts` of the metadata document. */
export interface MetadataRoute {
  readonly GET: RouteHandler
  readonly HEAD: RouteHandler
  readonly OPTIONS: RouteHandler
}

/** The parts of one resource. */
export interface NextResource {
  /**
   * The exports of `app/.well-known/oauth-protected-resource/<path of the resource>/route.ts`:
   * `export const { GET, HEAD, OPTIONS } = api.metadata`.
   */
  readonly metadata: MetadataRoute
  /**
   * Protects a route handler, which gets the caller after the request. It may throw a `ResourceError`, for instance with
   * `requireScopes`.
   */
  readonly withAuth: <Rest extends readonly unknown[]>(
    handler: AuthHandler<Rest>,
    options?: RouteOptions,
  ) => (request: Request, ...rest: Rest) => Promise<Response>
  /** Answers preflights: `export const OPTIONS = api.preflight`. */
  readonly preflight: RouteHandler
}

/**
 * Protects route handlers of Next.js with OAuth access tokens.
 * @example
 * // lib/api.ts
 * export const api = protectedResource(() => ({
 *   resource: 'https://api.example.com/mcp',
 *   authorizationServer: 'https://id.example.com/auth',
 *   scopes: ['notes:read'],
 * }))
 * // app/mcp/route.ts
 * export const GET = api.withAuth((request, auth) => Response.json({ notesOf: auth.subject }))
 * export const OPTIONS = api.preflight
 */
export function protectedResource(source: ProtectedResourceSource): NextResource {
  const resource = typeof source === 'function' ? atFirstUse(source) : always(createProtectedResource(source))
  const metadata: RouteHandler = async (request) => (await resource()).metadata(request)

  const withAuth: NextResource['withAuth'] = (handler, options) => {
    const handlers = new WeakMap<ProtectedResource, ReturnType<typeof make>>()
    const make = (made: ProtectedResource) => made.withAuth(handler, options)
    return async (request, ...rest) => {
      const made = await resource()
      const handle = handlers.get(made) ?? make(made)
      handlers.set(made, handle)
      return handle(request, ...rest)
    }
  }
  return Object.freeze<NextResource>({
    metadata: { GET: metadata, HEAD: metadata, OPTIONS: metadata },
    withAuth,
    // Other requests than preflights need a token.
    preflight: withAuth(() => new Response(null, { status: 204 })),
  })
}

function always(made: ProtectedResource): () => Promise<ProtectedResource> {
  return async () => made
}

/**
 * Makes the resource at the first request. After an error, such as a missing secret, the next request tries again. No promise
 * is kept: on Workers a request must not wait for one that another request has begun.
 */
function atFirstUse(
  source: () => ProtectedResourceOptions | Promise<ProtectedResourceOptions>,
): () => Promise<ProtectedResource> {
  let made: ProtectedResource | undefined
  return async () => {
    if (made !== undefined) return made
    const options = await source()
    made ??= createProtectedResource(options)
    return made
  }
}
