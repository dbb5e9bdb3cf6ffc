import { targetUrl } from '@oauth/core/node'
import type { ExpressRequest } from './express.ts'
import { headersOf } from './headers-of.ts'

/** The provider looks only at the query of a page's URL. */
const origin = 'http://localhost'

/**
 * Turns the Express request of a page into the `Request` that the provider needs:
 * `provider.resolveLoginContext(pageRequest(req))`. The result has the URL and the headers, and no body.
 */
export function pageRequest(req: ExpressRequest): Request {
  const url = targetUrl(origin, req.originalUrl) ?? origin
  return new Request(url, { headers: headersOf(req) })
}
