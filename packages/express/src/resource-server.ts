// Declares the modules of Node for a program whose settings do not name its types.
/// <reference types="node" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AuthInfo,
  createProtectedResource,
  invalidRequest,
  type ProtectedResource,
  type ProtectedResourceOptions,
  type RequestHead,
  ResourceError,
  type ResourceGuard,
  type RouteOptions,
} from '@oauth/resource-server'
import { addHeaders } from './add-headers.ts'
import type { ExpressMiddleware, ExpressRequest } from './express.ts'
import { headersOf } from './headers-of.ts'

export type { AuthInfo, ProtectedResourceOptions, RouteOptions } from '@oauth/resource-server'
export type { ExpressMiddleware, ExpressRequest } from './express.ts'

/** An error handler of Express. */
export type ExpressErrorMiddleware = (
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The middlewares of one resource. */
export interface ExpressResource {
  /** Serves the metadata document. Requests for other paths go on to the next handler. Mount it at the root. */
  readonly metadata: ExpressMiddleware
  /**
   * Makes a middleware that lets only requests with a valid token pass, and answers all others with a challenge. It answers
   * preflights and does not read the body. `authOf(req)` then returns the caller; `req.auth` is the same object, where
   * the transports of MCP's TypeScript SDK look for it.
   * @throws {TypeError} when an option is unknown or wrong
   */
  readonly protect: (options?: RouteOptions) => ExpressMiddleware
  /**
   * An error handler for handlers that throw a `ResourceError`, for instance with `requireScopes`: it answers them with a
   * challenge. Other errors go on to the next error handler.
   */
  readonly errors: ExpressErrorMiddleware
}

const callers = new WeakMap<IncomingMessage, AuthInfo>()

/**
 * Protects routes of Express 4 and 5 with OAuth access tokens.
 * @example
 * const api = protectedResource({
 *   resource: 'https://api.example.com/mcp',
 *   authorizationServer: 'https://id.example.com/auth',
 *   scopes: ['notes:read'],
 * })
 * app.use(api.metadata)
 * app.get('/mcp', api.protect(), (req, res) => res.json({ notesOf: authOf(req).subject }))
 * @throws {TypeError} when an option is unknown, missing or wrong
 */
export function protectedResource(options: ProtectedResourceOptions): ExpressResource {
  const resource = createProtectedResource(options)
  const plain = resource.guard()
  return Object.freeze<ExpressResource>({
    metadata(req, res, next) {
      if (!resource.isMetadata(req.originalUrl)) return next()
      const serve = async () => answer(res, await resource.metadata({ method: req.method ?? 'GET' }))
      serve().catch(next)
    },
    protect(more) {
      const guard = resource.guard(more)
      return (req, res, next) => void pass(guard, resource, [req, res, next])
    },
    errors(error, req, res, next) {
      if (!(error instanceof ResourceError) || res.headersSent) return next(error)
      const refused = ask(plain, headOf(resource, req), () => Promise.reject(error))
      refused.then((response) => answer(res, response)).catch(next)
    },
  })
}

/**
 * Returns the caller of a request that a `protect` middleware has let pass.
 * @throws {Error} when none has
 */
export function authOf(req: IncomingMessage): AuthInfo {
  const auth = callers.get(req)
  if (auth === undefined) throw new Error(`${req.method} ${req.url}: no protect() middleware is before this handler`)
  return auth
}

async function pass(
  guard: ResourceGuard,
  resource: ProtectedResource,
  [req, res, next]: Parameters<ExpressMiddleware>,
): Promise<void> {
  let auth: AuthInfo | undefined
  try {
    const response = await ask(guard, headOf(resource, req), (found) => {
      auth = found
      return new Response(null)
    })
    if (auth === undefined) return await answer(res, response)
    addHeaders(res, response.headers)
  } catch (error) {
    return next(error)
  }
  callers.set(req, auth)
  Object.assign(req, { auth })
  next()
}

function headOf(resource: ProtectedResource, req: ExpressRequest): RequestHead | undefined {
  return resource.head(req, req.originalUrl, () => ({ method: req.method ?? 'GET', headers: headersOf(req) }))
}

async function ask(
  guard: ResourceGuard,
  head: RequestHead | undefined,
  admitted: Parameters<ResourceGuard>[1],
): Promise<Response> {
  return head === undefined ? invalidRequest({ description: 'the request target is not a URL' }) : guard(head, admitted)
}

/** Sends a response of the resource, whose body is always a short text. */
async function answer(res: ServerResponse, response: Response): Promise<void> {
  const text = await response.text()
  addHeaders(res, response.headers)
  res.statusCode = response.status
  res.end(text)
}
