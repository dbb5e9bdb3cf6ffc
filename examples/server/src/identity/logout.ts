import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { alert, respond } from '../web/layout.ts'
import type { Host } from './host.ts'

/** The logout page. It asks first, because a link on another site must not sign the user out. */
export function logoutPage(host: Host): Hono {
  const pages = new Hono()

  pages.get('/logout', async (c) => respond(c, 200, await view(c)))

  pages.post('/logout', async (c) => {
    if (!host.guard.accepts(c, await readForm(c))) return respond(c, 403, await view(c, refusedForm(host.baseUrl)))
    const signedIn = await host.sessions.current(c.req.raw)
    if (signedIn !== undefined) {
      const sessionId = signedIn.session.id
      c.header('set-cookie', await host.sessions.end(sessionId), { append: true })
      // End the grants of this session that have no `offline_access`.
      await host.provider.sessionEnded(sessionId)
    }
    return c.redirect('/logout', 303)
  })

  async function view(c: Context, error?: string) {
    const signedIn = await host.sessions.current(c.req.raw)
    if (signedIn === undefined)
      return {
        party: 'identity',
        title: 'Signed out',
        body: html`<h1>You are signed out</h1>
<p class="lead">This browser is no longer signed in to Example ID.</p>
<p>You may still be signed in to applications. Sign out there as well.</p>
<p class="aside"><a href="/login">Sign in</a> <a href="/">Start page</a></p>`,
      } as const
    return {
      party: 'identity',
      title: 'Sign out',
      body: html`<h1>Sign out?</h1>
<p class="lead">You are signed in as <strong>${signedIn.user.name}</strong> <span class="host">${signedIn.user.email}</span></p>
${alert(error)}
<form method="post" action="/logout">
${host.guard.field(c)}
<button type="submit">Sign out</button>
</form>
<p class="aside"><a href="/">Stay signed in</a></p>`,
    } as const
  }

  return pages
}
