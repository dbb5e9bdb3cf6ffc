import type { Context } from 'hono'

const contexts = new WeakMap<object, Context>()

/** Notes the context in which a request arrived. */
export function rememberContext(request: Request, c: Context): void {
  contexts.set(request, c)
}

/**
 * Returns the context of Hono behind a request that the provider passes to a function of yours, for instance for the
 * connection: `honoContext(request)?.env.incoming.socket` with `@hono/node-server`. For a protected resource pass
 * `incoming` of the request.
 */
export function honoContext(request: object | undefined): Context | undefined {
  return request && contexts.get(request)
}
