import type { ExpressRequest } from './express.ts'
import { headersOf } from './headers-of.ts'

/**
 * Turns the Express request of a page into the `Request` that the provider needs:
 * `provider.resolveLoginContext(pageRequest(req))`. The result has the URL and the headers, and no body.
 */
export function pageRequest(req: ExpressRequest): Request {
  return new Request(new URL(req.originalUrl, 'http://localhost'), { headers: headersOf(req) })
}
