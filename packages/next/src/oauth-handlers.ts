import type { Mountable } from '@oauth/core'
import type { RouteHandler } from './route-handler.ts'

/** A handler for each HTTP method, as a `route.ts` exports them. */
export interface RouteHandlers {
  readonly GET: RouteHandler
  readonly HEAD: RouteHandler
  readonly POST: RouteHandler
  readonly PUT: RouteHandler
  readonly PATCH: RouteHandler
  readonly DELETE: RouteHandler
  readonly OPTIONS: RouteHandler
}

/** A provider, or a function that makes it at the first request. Pass a function: while Next builds, there are no secrets. */
export type MountableSource = Mountable | (() => Mountable | Promise<Mountable>)

/**
 * Makes the exports of a `route.ts` for the provider's paths:
 * `export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthHandlers(() => provider)`. Write this line in
 * each route file of the provider.
 */
export function oauthHandlers(source: MountableSource): RouteHandlers {
  const handle: RouteHandler = async (request) => {
    const provider = typeof source === 'function' ? await source() : source
    return provider.fetch(request)
  }
  return { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle, OPTIONS: handle }
}
