import { buildProtectedResourceMetadata, type ProtectedResourceMetadataOptions } from './protected-resource-metadata.ts'
import { parseSecureUrl } from './url.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

/**
 * Returns the URL at which the metadata of a resource must be served: the well-known path is between its host and its path
 * ({@link https://www.rfc-editor.org/rfc/rfc9728#section-3.1 RFC 9728 section 3.1}).
 * @throws {TypeError} when the resource is not an https URL (or http on a loopback host)
 */
export function protectedResourceMetadataUrl(resource: string): string {
  const { origin, pathname, search } = parseSecureUrl(resource, 'resource')
  return origin + wellKnown + (pathname === '/' ? '' : pathname) + search
}

export interface ProtectedResourceMetadataHandlerOptions extends ProtectedResourceMetadataOptions {
  /** Seconds for which caches may keep the document. Default 3600. */
  readonly maxAge?: number
}

/**
 * Makes a handler that serves the metadata, also to scripts of any origin. Mount it at the path of
 * `protectedResourceMetadataUrl(resource)`. It builds the document once, when it is made.
 * @throws {TypeError} in the same cases as `buildProtectedResourceMetadata`
 */
export function protectedResourceMetadataHandler(
  resource: string,
  { maxAge = 3600, ...options }: ProtectedResourceMetadataHandlerOptions,
): (request: Request) => Response {
  const document = JSON.stringify(buildProtectedResourceMetadata(resource, options))
  const cors = { 'access-control-allow-origin': '*' }
  const allowed = 'GET, HEAD, OPTIONS'
  return ({ method }) => {
    if (method === 'GET' || method === 'HEAD') {
      const headers = { ...cors, 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}` }
      return new Response(method === 'GET' ? document : null, { headers })
    }
    if (method === 'OPTIONS') {
      const preflight = {
        'access-control-allow-methods': 'GET, HEAD',
        'access-control-allow-headers': '*',
        'access-control-max-age': '86400',
      }
      return new Response(null, { status: 204, headers: { ...cors, ...preflight, allow: allowed } })
    }
    return new Response(null, { status: 405, headers: { ...cors, allow: allowed } })
  }
}
