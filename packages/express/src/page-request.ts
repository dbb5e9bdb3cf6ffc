import type { ExpressRequest } from './express.ts'

/**
 * Turns the Express request of a page into the `Request` that the provider needs:
 * `provider.resolveLoginContext(pageRequest(req))`. The result has the URL and the headers, and no body.
 */
export function pageRequest({ originalUrl, rawHeaders }: ExpressRequest): Request {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] as string, rawHeaders[index + 1] as string)
  }
  return new Request(new URL(originalUrl, 'http://localhost'), { headers })
}
