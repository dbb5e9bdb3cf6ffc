import type { Config } from '../contracts/config.ts'
import type { Endpoint } from '../contracts/endpoint.ts'

/** Finds the endpoint of a path, and says which paths belong to this server. */
export interface Router {
  find(path: string): Endpoint | undefined
  owns(path: string): boolean
}

/**
 * Makes a router that looks the whole path up in a table. It matches no patterns. One slash at the end of a path makes no
 * difference, because frameworks add it (`trailingSlash` of Next) and people write it; published URLs have none.
 */
export function createRouter(config: Config, endpoints: readonly Endpoint[]): Router {
  const table = new Map<string, Endpoint>()
  for (const endpoint of endpoints) {
    table.set(config.issuerPath + endpoint.path, endpoint)
    // RFC 8414 puts the well-known part between the host and the issuer's path.
    if (endpoint.insertedPath !== undefined) table.set(endpoint.insertedPath + config.issuerPath, endpoint)
  }
  const below = `${config.issuerPath}/`
  const find = (path: string): Endpoint | undefined => table.get(path) ?? table.get(withoutLastSlash(path))
  return {
    find,
    // An issuer without a path shares its origin with the host's pages, so only the endpoints belong to it.
    owns: (path) =>
      find(path) !== undefined || (config.issuerPath !== '' && (path === config.issuerPath || path.startsWith(below))),
  }
}

/** Removes one slash from the end of a path. */
export function withoutLastSlash(path: string): string {
  return path.endsWith('/') ? path.slice(0, -1) : path
}
