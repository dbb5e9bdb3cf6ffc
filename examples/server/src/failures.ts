import { OAuthError } from '@oauth/core'
import type { ErrorHandler, NotFoundHandler } from 'hono'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { respond } from './web/layout.ts'

export const notFound: NotFoundHandler = (c) => {
  const body = html`<h1>Page not found</h1>
<p>There is no page at this address.</p>
<p class="aside"><a href="/">Start page</a></p>`
  return respond(c, 404, { party: 'identity', title: 'Page not found', body })
}

/** Makes the error page. It passes the error to `report` and does not show it to the visitor. */
export function createErrorPage(report: (error: unknown) => void): ErrorHandler {
  return (error, c) => {
    if (error instanceof HTTPException && error.status === 413) return c.text('You sent too much text.', 413)
    // The provider found no live interaction: the page was opened without one, too late, or in another browser.
    const over = error instanceof OAuthError && error.code === 'invalid_request'
    if (!over) report(error)
    const title = over ? 'This sign-in is over' : 'Something went wrong'
    const advice = over
      ? 'It took too long, or you started it in another browser. Go back to the application and start again.'
      : 'This is a problem on our side. Please wait a moment and try again.'
    const body = html`<h1>${title}</h1>
<p role="alert">${advice}</p>
<p class="aside"><a href="/">Start page</a></p>`
    return respond(c, over ? 400 : 500, { party: 'identity', title, body })
  }
}
