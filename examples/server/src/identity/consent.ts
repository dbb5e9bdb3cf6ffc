import type { LoginContext } from '@oauth/core'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { respond } from '../web/layout.ts'
import type { Host } from './host.ts'
import { describeScope } from './scopes.ts'
import type { User } from './users.ts'

/**
 * The consent page. It decides nothing: its form posts the answer to the provider, which knows whether consent is what
 * is due, for this browser and this session.
 */
export function consentPage(host: Host): Hono {
  const pages = new Hono()
  pages.get('/consent', async (c) => {
    const context = await host.provider.resolveLoginContext(c.req.raw)
    const signedIn = host.sessions.current(c.req.raw)
    if (context.intent !== 'consent' || signedIn === undefined) return c.redirect(context.returnTo, 303)
    return respond(c, 200, view(`${host.provider.issuer}/oauth2/consent`, context, signedIn.user))
  })
  return pages
}

function view(action: string, context: LoginContext, user: User) {
  return {
    party: 'identity',
    title: `${context.clientName} asks for access`,
    body: html`<h1><span class="client-name">${context.clientName}</span> asks for access</h1>
<p class="lead">to the Example ID account of <strong>${user.name}</strong> <span class="host">${user.email}</span></p>
<h2 id="scopes">It would be allowed to</h2>
<ul class="scopes" aria-labelledby="scopes">
${context.scopes.map((scope) => html`<li>${describeScope(scope)} <code>${scope}</code></li>`)}
</ul>
<p>Your answer sends you to <strong>${context.redirectHost}</strong>. Allow it only if that is where you came from.</p>
${links(context)}
<form method="post" action="${action}" class="choice">
<input type="hidden" name="state" value="${context.state}">
<button type="submit" name="accept" value="true">Allow</button>
<button type="submit" name="accept" value="false" class="quiet">Deny</button>
</form>`,
  } as const
}

function links(context: LoginContext) {
  const known = [
    { text: 'Privacy policy', url: context.policyUri },
    { text: 'Terms of service', url: context.tosUri },
  ].filter((link) => link.url !== undefined)
  if (known.length === 0) return ''
  return html`<p class="aside">Of ${context.clientName}:
${known.map((link) => html`<a href="${link.url}" rel="noopener noreferrer" target="_blank">${link.text}</a> `)}</p>`
}
