import type { Mountable } from '@oauth/core'

export type RouteHandler = (request: Request) => Promise<Response>

/** One handler a method, as a `route.ts` exports them. */
export interface RouteHandlers {
  readonly GET: RouteHandler
  readonly HEAD: RouteHandler
  readonly POST: RouteHandler
  readonly PUT: RouteHandler
  readonly PATCH: RouteHandler
  readonly DELETE: RouteHandler
  readonly OPTIONS: RouteHandler
}

/** A provider, or how to get it: then it is not made before the first request, and so not while Next builds. */
export type MountableSource = Mountable | (() => Mountable | Promise<Mountable>)

/**
 * The exports of a route for the provider's paths:
 * `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthHandlers(provider)`. The same in every route.
 */
export function oauthHandlers(source: MountableSource): RouteHandlers {
  const handle: RouteHandler = async (request) => {
    const provider = typeof source === 'function' ? await source() : source
    return provider.fetch(request)
  }
  return { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle, OPTIONS: handle }
}
