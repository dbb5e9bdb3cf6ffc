import type { MiddlewareHandler } from 'hono'

/** Makes the content security policy of a page. It allows pictures from this server and, if given, one other origin. */
export function contentSecurityPolicy(pictures = ''): string {
  const images = `'self' ${pictures}`.trim()
  return `default-src 'none'; style-src 'self'; img-src ${images}; base-uri 'none'; frame-ancestors 'none'`
}

/**
 * The headers of every page: no script runs, no other site can frame the page, and no cache keeps it.
 *
 * No `form-action`, because Chromium applies it to the whole chain of redirects that a form starts, and the sign-in form's
 * chain ends at the client. `same-origin`, not `no-referrer`: with the latter a browser posts the page's own forms with
 * `Origin: null`, as it does for forms of other sites.
 */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', contentSecurityPolicy())
  c.header('x-frame-options', 'DENY')
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'same-origin')
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}
