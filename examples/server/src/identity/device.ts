import { Hono } from 'hono'
import { html } from 'hono/html'
import { field } from '../web/field.ts'
import { type Html, respond } from '../web/layout.ts'
import type { Host } from './host.ts'

/**
 * The page on which the user enters the code that a device shows, and the page at the end. The form posts to the provider,
 * which leads through the login and the consent page.
 */
export function devicePages(host: Host): Hono {
  const pages = new Hono()
  pages.get('/device', (c) =>
    respond(c, 200, {
      party: 'identity',
      title: 'Connect a device',
      body: codeView(`${host.provider.issuer}/oauth2/device`, c.req.query('user_code')),
    }),
  )
  pages.get('/device/done', (c) => {
    const approved = c.req.query('result') === 'approved'
    const title = approved ? 'The device is connected' : 'The device was not connected'
    const text = approved ? 'Go back to your device. You can close this page.' : 'It gets no access to your account.'
    return respond(c, 200, {
      party: 'identity',
      title,
      body: html`<h1>${title}</h1>\n<p>${text}</p>
<p class="aside"><a href="/connected-apps">Connected apps</a> <a href="/">Start page</a></p>`,
    })
  })
  return pages
}

/** A code in the address comes from a link: the user compares it, and only the button uses it. */
function codeView(action: string, code: string | undefined): Html {
  const given = code === undefined ? undefined : code.slice(0, 20)
  return html`<h1>Connect a device</h1>
<p class="lead">${given === undefined ? 'Enter the code that your device shows.' : 'Compare this code with the one that your device shows.'}</p>
<form method="post" action="${action}">
${field({
  name: 'user_code',
  label: 'Code',
  type: 'text',
  autocomplete: 'off',
  hint: 'Only enter a code from a device that is in front of you.',
  autofocus: given === undefined,
  ...(given !== undefined && { value: given }),
})}
<button type="submit">${given === undefined ? 'Continue' : 'The codes are the same'}</button>
</form>`
}
