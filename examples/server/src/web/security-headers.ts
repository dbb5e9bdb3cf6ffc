import type { MiddlewareHandler } from 'hono'

/**
 * What every page carries. Nothing runs, nothing is framed, nothing is kept by a cache.
 *
 * No `form-action`: Chromium checks it along the whole chain of redirects that a form starts, and the sign-in form's
 * chain ends at the client. `same-origin` and not `no-referrer`: with the latter a browser posts our own forms with
 * `Origin: null`, and neither we nor the provider could tell them from another site's.
 */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  c.header(
    'content-security-policy',
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  )
  c.header('x-frame-options', 'DENY')
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'same-origin')
  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
}
