import type { Config } from '../contracts/config.ts'
import type { Endpoint } from '../contracts/endpoint.ts'

/** Which endpoint a path belongs to, and which paths are ours at all. */
export interface Router {
  find(path: string): Endpoint | undefined
  owns(path: string): boolean
}

/** One look-up by the whole path: no pattern is matched in a request. */
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
    // Without a path of its own the issuer shares its origin with the host's pages.
    owns: (path) =>
      table.has(path) || (config.issuerPath !== '' && (path === config.issuerPath || path.startsWith(below))),
  }
}
