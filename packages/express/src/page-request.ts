import type { ExpressRequest } from './express.ts'

/**
 * What a page's handler passes on to the provider: `provider.resolveLoginContext(pageRequest(req))`. It has the URL and
 * the headers of the request, and no body.
 */
export function pageRequest({ originalUrl, rawHeaders }: ExpressRequest): Request {
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] as string, rawHeaders[index + 1] as string)
  }
  return new Request(new URL(originalUrl, 'http://localhost'), { headers })
}
