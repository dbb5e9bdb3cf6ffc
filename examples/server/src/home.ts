import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { demoAccount } from './identity/demo-account.ts'
import { requestIsOver } from './identity/host.ts'
import type { Sessions } from './identity/sessions.ts'
import { tour } from './tour.ts'
import { type Page, parties, respond } from './web/layout.ts'

/** Serves the start page. */
export function homePage(baseUrl: string, issuer: string, sessions: Sessions): Hono {
  const pages = new Hono()
  pages.get('/', (c) => respond(c, 200, view(c)))

  function view(c: Context): Page {
    const signedIn = sessions.current(c.req.raw)
    return {
      party: 'identity',
      title: 'Start',
      body: html`<h1>${parties.identity.name} is running</h1>
<p class="lead">An identity provider, and beside it a client that relies on it and an API that trusts its tokens, in one process.</p>
${c.req.query('over') === undefined ? '' : html`<p class="notice" role="status">${requestIsOver}</p>`}
<p><a class="button" href="${baseUrl}/client">Try “Sign in with ${parties.identity.name}”</a></p>
<dl class="tour">
${tour(baseUrl, issuer).map(
  ({ name, places }) => html`<dt>${name}</dt>
${places.map(({ url, isPage }) => html`<dd>${isPage ? html`<a href="${url}"><code>${url}</code></a>` : html`<code>${url}</code>`}</dd>`)}`,
)}
</dl>
<p>Demo account: <code>${demoAccount.email}</code> with <code>${demoAccount.password}</code></p>
<p class="aside">${
        signedIn === undefined
          ? html`<a href="/login">Sign in</a> <a href="/signup">Create an account</a> <a href="/device">Connect a device</a> <a href="/applications">Your applications</a>`
          : html`Signed in as <strong>${signedIn.user.name}</strong>. <a href="/approvals">Approvals</a> <a href="/connected-apps">Connected apps</a> <a href="/device">Connect a device</a> <a href="/applications">Your applications</a> <a href="/logout">Sign out</a>`
      }</p>`,
    }
  }

  return pages
}
