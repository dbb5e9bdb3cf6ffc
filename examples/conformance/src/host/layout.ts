import type { LoginContext } from '@oauth/core'
import type { Context, MiddlewareHandler } from 'hono'
import { html } from 'hono/html'

export type Html = ReturnType<typeof html>

/** Makes a page of plain HTML, without scripts and style sheets. Every element that a scripted browser needs has an id. */
export function respond(c: Context, status: 200 | 400 | 403 | 404 | 422 | 500, title: string, body: Html) {
  return c.html(
    html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title></head>
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

/** Shows an error like the provider's own pages: the word after `Error:` is the code. */
export function respondError(c: Context, status: 400 | 403 | 404 | 500, code: string, text: string) {
  return respond(c, status, 'This did not work', html`<p>${text}</p><p>Error: ${code}</p>`)
}

/** Shows the client with the URIs that the profiles require (`logo_uri`, `policy_uri`, `tos_uri`). */
export function clientCard(context: LoginContext): Html {
  const { clientName, clientUri, logoUri, policyUri, tosUri, redirectHost } = context
  const link = (id: string, url: string | undefined, text: string) =>
    url === undefined ? '' : html`<p><a id="${id}" href="${url}" rel="noopener noreferrer">${text}</a></p>`
  return html`<p>For <strong id="client">${clientName}</strong> at ${redirectHost}</p>
${logoUri === undefined ? '' : html`<p><img id="logo" src="${logoUri}" alt="Logo of ${clientName}" height="64"></p>`}
${link('client-uri', clientUri, 'Home page')}
${link('policy', policyUri, 'Privacy policy')}
${link('tos', tosUri, 'Terms of service')}`
}

/**
 * The headers of every page: no scripts, no frames, only pictures of clients. `same-origin`, because with `no-referrer` a
 * browser posts the page's own forms with `Origin: null`.
 */
export function securityHeaders(images: string): MiddlewareHandler {
  const policy = `default-src 'none'; img-src ${images}; base-uri 'none'; frame-ancestors 'none'`
  return async (c, next) => {
    await next()
    c.header('content-security-policy', policy)
    c.header('x-frame-options', 'DENY')
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'same-origin')
    c.header('cache-control', 'no-store')
  }
}
