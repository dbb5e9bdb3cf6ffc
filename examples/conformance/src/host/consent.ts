import type { Provider } from '@oauth/core'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { clientCard, respond, respondError } from './layout.ts'

/** The consent page: its form posts the answer to the provider. */
export function consentPage(provider: Provider): Hono {
  return new Hono().get('/consent', async (c) => {
    const context = await provider.tryResolveLoginContext(c.req.raw)
    if (context === undefined) {
      return respondError(
        c,
        400,
        'invalid_request',
        'This sign-in is over, or you started it in another browser. Go back to the application and start again.',
      )
    }
    if (context.intent !== 'consent') return c.redirect(context.returnTo, 303)
    // Claims that the client requested by name are granted only if the form confirms them.
    const claims = context.claims.map(({ name }) => name)
    const asked = [...context.scopes, ...claims, ...context.resources]
    // What a feature shows of its parameters, for instance authorization details. It has text of the client.
    const parameters = Object.entries(context.parameters)
    return respond(
      c,
      200,
      'Allow access?',
      html`${clientCard(context)}
<ul id="scopes">${asked.map((one) => html`<li>${one}</li>`)}</ul>
${parameters.map(([name, value]) => html`<pre id="${name}">${JSON.stringify(value)}</pre>`)}
<form method="post" action="${context.consentEndpoint}">
<input type="hidden" name="state" value="${context.state}">
<input type="hidden" name="claims" value="${claims.join(' ')}">
<p><button type="submit" id="accept" name="accept" value="true">Allow</button>
<button type="submit" id="deny" name="accept" value="false">Deny</button></p>
</form>`,
    )
  })
}
