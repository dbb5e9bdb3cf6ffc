import { OAuthError } from '@oauth/core'
import type { ErrorHandler, NotFoundHandler } from 'hono'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { respond } from './web/layout.ts'

export const notFound: NotFoundHandler = (c) => {
  const body = html`<h1>No such page</h1>
<p class="aside"><a href="/">Start page</a></p>`
  return respond(c, 404, { party: 'identity', title: 'No such page', body })
}

/** Makes the error page. It passes the error to `report` and does not show it to the visitor. */
export function createErrorPage(report: (error: unknown) => void): ErrorHandler {
  return (error, c) => {
    if (error instanceof HTTPException && error.status === 413) return c.text('That is too long.', 413)
    // The provider found no live interaction: the page was opened without one, too late, or in another browser.
    const over = error instanceof OAuthError && error.code === 'invalid_request'
    if (!over) report(error)
    const title = over ? 'This sign-in is over' : 'Something went wrong'
    const advice = over
      ? 'It took too long, or it was begun in another browser. Go back to the application and try again.'
      : 'It is not your doing. Please try again in a moment.'
    const body = html`<h1>${title}</h1>
<p role="alert">${advice}</p>
<p class="aside"><a href="/">Start page</a></p>`
    return respond(c, over ? 400 : 500, { party: 'identity', title, body })
  }
}
