import { retryHeaders } from '@oauth/core/pages'
import type { Context } from 'hono'

/**
 * Makes a 503 with `Retry-After` of the 500 for a page whose error says that the server cannot serve for a moment
 * (`StorageUnavailableError`, or an `OAuthError` `temporarily_unavailable`). Hono answers 500 to every error, with its own error
 * handler and usually with that of the application. An error handler that has chosen another status is left alone.
 */
export function answerUnavailable(c: Context): void {
  const headers = c.error === undefined || c.res.status !== 500 ? undefined : retryHeaders(c.error)
  if (headers === undefined) return
  const response = new Response(c.res.body, { status: 503, headers: c.res.headers })
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  // Hono would copy the headers of the earlier response, which this one has already.
  c.res = undefined
  c.res = response
}
