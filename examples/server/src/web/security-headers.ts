import type { MiddlewareHandler } from 'hono'

/** The policy of a page that shows pictures of ours and, if it has one, of another origin. */
export function contentSecurityPolicy(pictures = ''): string {
  const images = `'self' ${pictures}`.trim()
  return `default-src 'none'; style-src 'self'; img-src ${images}; base-uri 'none'; frame-ancestors 'none'`
}

/**
 * What every page carries. Nothing runs, nothing is framed, nothing is kept by a cache.
 *
 * No `form-action`: Chromium checks it along the whole chain of redirects that a form starts, and the sign-in form's
 * chain ends at the client. `same-origin` and not `no-referrer`: with the latter a browser posts our own forms with
 * `Origin: null`, and neither we nor the provider could tell them from another site's.
 */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  if (!c.res.headers.has('content-security-policy')) c.header('content-security-policy', contentSecurityPolicy())
  c.header('x-frame-options', 'DENY')
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'same-origin')
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}
