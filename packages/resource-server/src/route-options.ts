import { checkRequirements } from './authentication.ts'
import type { RouteOptions } from './protected-resource-options.ts'
import { checkScopes } from './scope.ts'

/**
 * Adds what a route demands to what its resource demands of every request. A route demands more, never less: its scopes
 * come on top, its `maxAge` counts where it is the lower one, and a token needs a class (`acr`) that both accept. The other
 * options of a route replace those of the resource, and an option that is `undefined` changes nothing.
 * @throws {TypeError} when no class is accepted by both, or `scopes` is no list
 */
export function routeOptions(resource: RouteOptions, route: RouteOptions): RouteOptions {
  checkRequirements(route)
  for (const { scopes } of [resource, route]) checkScopes(scopes)
  const named = Object.entries(route).filter(([, value]) => value !== undefined)
  const maxAge = Math.min(resource.maxAge ?? Number.POSITIVE_INFINITY, route.maxAge ?? Number.POSITIVE_INFINITY)
  const acr = bothClasses(resource.acr, route.acr)
  return {
    ...resource,
    ...(Object.fromEntries(named) as RouteOptions),
    scopes: [...new Set([...(resource.scopes ?? []), ...(route.scopes ?? [])])],
    ...(Number.isFinite(maxAge) && { maxAge }),
    ...(acr !== undefined && { acr }),
  }
}

function bothClasses(
  resource: readonly string[] | undefined,
  route: readonly string[] | undefined,
): readonly string[] | undefined {
  if (resource === undefined || route === undefined) return route ?? resource
  const both = route.filter((one) => resource.includes(one))
  if (both.length > 0) return both
  throw new TypeError(`acr: no class of the route is one that the resource accepts (${resource.join(', ')})`)
}
