import {
  buildProtectedResourceMetadata,
  type ProtectedResourceMetadata,
  type ProtectedResourceMetadataOptions,
} from './protected-resource-metadata.ts'
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
  /**
   * Signs the document: returns a JWT of its members for the member `signed_metadata` ({@link
   * https://www.rfc-editor.org/rfc/rfc9728#section-2 RFC 9728 section 2}). It is called with the same object for each GET and
   * HEAD, and keeps what it signed; `provider.features.signedMetadata.signResource` of `@oauth/core` does. When it fails,
   * the request fails. Keep `maxAge` below the time for which the keys of the signature stay published. Default: no signature.
   * @example
   * signMetadata: (document) => provider.features.signedMetadata.signResource(document)
   */
  readonly signMetadata?: SignMetadata
}

/** Signs the metadata of a protected resource as a JWT. */
export type SignMetadata = (document: ProtectedResourceMetadata) => string | Promise<string>

const cors = { 'access-control-allow-origin': '*' }
const allowed = 'GET, HEAD, OPTIONS'

/**
 * Makes a handler that serves the metadata, also to scripts of any origin. Mount it at the path of
 * `protectedResourceMetadataUrl(resource)`. It builds the document once, when it is made. With `signMetadata` it answers with
 * a promise.
 * @throws {TypeError} in the same cases as `buildProtectedResourceMetadata`
 */
export function protectedResourceMetadataHandler(
  resource: string,
  options: ProtectedResourceMetadataHandlerOptions & { readonly signMetadata?: undefined },
): (request: Request) => Response
export function protectedResourceMetadataHandler(
  resource: string,
  options: ProtectedResourceMetadataHandlerOptions,
): (request: Request) => Response | Promise<Response>
export function protectedResourceMetadataHandler(
  resource: string,
  { maxAge = 3600, signMetadata, ...options }: ProtectedResourceMetadataHandlerOptions,
): (request: Request) => Response | Promise<Response> {
  if (signMetadata !== undefined && typeof signMetadata !== 'function') {
    throw new TypeError('signMetadata must be a function that returns a JWT')
  }
  const document = Object.freeze(buildProtectedResourceMetadata(resource, options))
  const text = JSON.stringify(document)
  const headers = { ...cors, 'content-type': 'application/json', 'cache-control': `public, max-age=${maxAge}` }
  const answer = (method: string, body: string) => new Response(method === 'GET' ? body : null, { headers })
  return ({ method }) => {
    if (method !== 'GET' && method !== 'HEAD') return otherMethod(method)
    if (signMetadata === undefined) return answer(method, text)
    return signedText(document, signMetadata).then((signed) => answer(method, signed))
  }
}

/** @throws {TypeError} when the host's function answers with something that is no signed JWT */
async function signedText(document: ProtectedResourceMetadata, signMetadata: SignMetadata): Promise<string> {
  const jwt: unknown = await signMetadata(document)
  if (typeof jwt !== 'string' || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(jwt)) {
    throw new TypeError('signMetadata must return a signed JWT in compact form')
  }
  return JSON.stringify({ ...document, signed_metadata: jwt })
}

function otherMethod(method: string): Response {
  if (method !== 'OPTIONS') return new Response(null, { status: 405, headers: { ...cors, allow: allowed } })
  const preflight = {
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': '*',
    'access-control-max-age': '86400',
  }
  return new Response(null, { status: 204, headers: { ...cors, ...preflight, allow: allowed } })
}
