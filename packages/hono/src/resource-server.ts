import {
  type AuthInfo,
  createProtectedResource,
  type ProtectedResourceOptions,
  ResourceError,
  type RouteOptions,
} from '@oauth/resource-server'
import type { MiddlewareHandler } from 'hono'
import { answer } from './answer.ts'
import { rememberContext } from './context.ts'

export type { AuthInfo, ProtectedResourceOptions, RouteOptions } from '@oauth/resource-server'
export { honoContext } from './context.ts'

/** The environment of handlers behind `protect`: `c.get('auth')` is the caller. */
export interface AuthEnv {
  Variables: { auth: AuthInfo }
}

/** The middlewares of one resource. */
export interface HonoResource {
  /** Serves the metadata document. Requests for other paths go on to the next handler. Mount it at the root. */
  readonly metadata: MiddlewareHandler
  /**
   * Makes a middleware that lets only requests with a valid token pass, and answers all others with a challenge. It answers
   * preflights and does not read the body. `c.get('auth')` is the caller. Handlers may throw a `ResourceError`, for
   * instance with `requireScopes`.
   * @throws {TypeError} when an option is unknown or wrong
   */
  readonly protect: (options?: RouteOptions) => MiddlewareHandler<AuthEnv>
}

/**
 * Protects routes of Hono with OAuth access tokens.
 * @example
 * const api = protectedResource({
 *   resource: 'https://api.example.com/mcp',
 *   authorizationServer: 'https://id.example.com/auth',
 *   scopes: ['notes:read'],
 * })
 * app.use(api.metadata)
 * app.get('/mcp', api.protect(), (c) => c.json({ notesOf: c.get('auth').subject }))
 * @throws {TypeError} when an option is unknown, missing or wrong
 */
export function protectedResource(options: ProtectedResourceOptions): HonoResource {
  const resource = createProtectedResource(options)
  return Object.freeze<HonoResource>({
    async metadata(c, next) {
      const { raw } = c.req
      if (!resource.isMetadata(raw.url)) return next()
      answer(c, await resource.metadata(raw))
      return undefined
    },
    protect(more) {
      const guard = resource.guard(more)
      return async (c, next) => {
        const { raw } = c.req
        const { method, headers, url } = raw
        rememberContext(raw, c)
        const head = resource.head(raw, url, () => ({ method, headers })) ?? raw
        let passed: Response | undefined
        const response = await guard(head, async (auth) => {
          c.set('auth', auth)
          await next()
          if (c.error instanceof ResourceError) throw c.error
          passed = c.res
          return passed
        })
        if (passed === undefined) answer(c, keepCors(c.res.headers, response))
        else if (response !== passed) {
          // Hono would copy the headers of the earlier response, which this one has already.
          c.res = undefined
          c.res = response
        }
      }
    },
  })
}

/** Keeps what an earlier handler, such as `cors()`, has said about origins. */
function keepCors(earlier: Headers, response: Response): Response {
  const { headers } = response
  const origin = earlier.get('access-control-allow-origin')
  if (origin !== null) headers.set('access-control-allow-origin', origin)
  for (const list of ['vary', 'access-control-expose-headers']) {
    const value = earlier.get(list)
    if (value !== null) headers.append(list, value)
  }
  return response
}
