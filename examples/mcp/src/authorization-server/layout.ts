import type { Context, MiddlewareHandler } from 'hono'
import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/**
 * The headers of every page. No `form-action`, because Chromium applies it to the whole chain of redirects that a form
 * starts, and that chain ends at the client. `same-origin`, not `no-referrer`: with the latter a browser posts the page's
 * own forms with `Origin: null`, as it does for forms of other sites.
 */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await next()
  c.header('content-security-policy', "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
  c.header('x-frame-options', 'DENY')
  c.header('x-content-type-options', 'nosniff')
  c.header('referrer-policy', 'same-origin')
  c.header('cache-control', 'no-store')
}

/** Wraps the body of a page. `html` escapes the inserted values. */
export function respond(c: Context, status: 200 | 400 | 403 | 422, title: string, body: Html) {
  return c.html(
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`,
    status,
  )
}

export const style = `:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 10vh auto; max-width: 34rem; padding: 0 1.5rem }
h1 { font-size: 1.4rem }
p, li, dd { overflow-wrap: anywhere }
label { display: block; margin-top: 1rem }
input { box-sizing: border-box; display: block; font: inherit; padding: .4rem; width: 100% }
button { font: inherit; margin: 1.5rem .5rem 0 0; padding: .4rem 1.2rem }
dt { font-weight: 600 }
[role=alert], .warning { border-left: .25rem solid #c33; padding-left: .75rem }
`
