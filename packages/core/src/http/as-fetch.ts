import { toResponse } from './reply.ts'

/**
 * Makes a function that answers requests with a `Response` of the platform. What is no request makes the server fail at the
 * first member that it reads, and only then the error says what to pass, so a request pays nothing for it.
 * @throws {TypeError} when it gets a URL or anything else that is no `Request`
 */
export function asFetch(
  serve: (request: Request) => Response | Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      return toResponse(await serve(request))
    } catch (error) {
      requireRequest(request)
      throw error
    }
  }
}

/** @throws {TypeError} when the value is no `Request`; the message says what to pass */
export function requireRequest(value: unknown): void {
  const { url, headers } = (value ?? {}) as { readonly url?: unknown; readonly headers?: { readonly get?: unknown } }
  if (typeof url === 'string' && typeof headers?.get === 'function') return
  if (typeof value === 'string' || value instanceof URL) {
    throw new TypeError('fetch takes a Request, not a URL: pass new Request(url)')
  }
  if (typeof url === 'string') {
    throw new TypeError(
      'fetch takes a Request, not a request of Node: mount nodeListener(provider) of @oauth/core/node',
    )
  }
  throw new TypeError('fetch takes a Request: pass the Request that your framework has, or new Request(url)')
}
