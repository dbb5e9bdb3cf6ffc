import { endpointPaths } from '../protocol/endpoint-paths.ts'

const documents = [endpointPaths.authorizationServerMetadata, endpointPaths.openidConfiguration]
const endpoints: ReadonlySet<string> = new Set(Object.values(endpointPaths))

/**
 * Tells whether a path belongs to the server at this path, before there is a provider to ask: everything below the path, and
 * the discovery documents before it. A server without a path shares its host with pages of the application, so there it is the
 * endpoints, and what is below the paths that features put theirs.
 */
export function isOwnedPath(path: string, issuerPath: string): boolean {
  if (documents.some((document) => path === document + issuerPath || path === `${document}${issuerPath}/`)) return true
  if (issuerPath !== '') return path === issuerPath || path.startsWith(`${issuerPath}/`)
  return endpoints.has(path) || path.startsWith('/oauth2/') || path.startsWith('/admin/oauth2/')
}
