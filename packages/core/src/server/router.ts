import type { Config } from '../contracts/config.ts'
import type { Endpoint } from '../contracts/endpoint.ts'

/** Finds the endpoint of a path, and says which paths belong to this server. */
export interface Router {
  find(path: string): Endpoint | undefined
  owns(path: string): boolean
}

/** Makes a router that looks the whole path up in a table. It matches no patterns. */
export function createRouter(config: Config, endpoints: readonly Endpoint[]): Router {
  const table = new Map<string, Endpoint>()
  for (const endpoint of endpoints) {
    table.set(config.issuerPath + endpoint.path, endpoint)
    // RFC 8414 puts the well-known part between the host and the issuer's path.
    if (endpoint.insertedPath !== undefined) table.set(endpoint.insertedPath + config.issuerPath, endpoint)
  }
  const below = `${config.issuerPath}/`
  return {
    find: (path) => table.get(path),
    // An issuer without a path shares its origin with the host's pages, so only the endpoints belong to it.
    owns: (path) =>
      table.has(path) || (config.issuerPath !== '' && (path === config.issuerPath || path.startsWith(below))),
  }
}
