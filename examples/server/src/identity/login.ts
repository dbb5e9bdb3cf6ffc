import type { LoginContext } from '@oauth/core'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { field } from '../web/field.ts'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { alert, type Html, respond } from '../web/layout.ts'
import { demoAccount } from './demo-account.ts'
import { type Host, homeOf, isOver, requestIsOver, signIn, withQuery } from './host.ts'

/** The login page. The provider sends the browser here, and the page sends it back to `context.returnTo`. */
export function loginPage(host: Host): Hono {
  const pages = new Hono()

  pages.get('/login', async (c) => {
    const context = await host.provider.tryResolveLoginContext(c.req.raw)
    // The user went back in the browser's history. This step is done, so let the provider choose the next one.
    if (context !== undefined && context.intent === 'consent') return c.redirect(context.returnTo, 303)
    // Without an authorization, a user with a session need not sign in again. With one (`prompt=login`, `max_age`), show
    // the form even if a session exists. Nothing on the form bypasses the password.
    if (context === undefined && (await host.sessions.current(c.req.raw)) !== undefined)
      return c.redirect(homeOf(c, context), 303)
    return respond(c, 200, view(c, { context, email: context?.loginHint ?? '' }))
  })

  pages.post('/login', async (c) => {
    const context = await host.provider.tryResolveLoginContext(c.req.raw)
    const form = await readForm(c)
    const email = form.get('email')
    const again = (status: 403 | 422 | 429, error: string) => respond(c, status, view(c, { context, email, error }))

    if (!host.guard.accepts(c, form)) return again(403, refusedForm(host.baseUrl))
    if (email === '' || form.get('password') === '') return again(422, 'Enter your e-mail address and your password.')
    if (!host.attempts.begin(email)) return again(429, 'Too many attempts for this account. Try again in ten minutes.')

    const user = await host.users.authenticate(email, form.get('password'))
    if (user === undefined) return again(422, 'No account has this e-mail address and password.')
    host.attempts.succeeded(email)
    return signIn(c, host, user, context)
  })

  function view(c: Context, page: { context: LoginContext | undefined; email: string; error?: string }) {
    return {
      party: 'identity',
      title: 'Sign in',
      body: html`<h1>Sign in</h1>
${destination(c, page.context)}
${alert(page.error)}
<form method="post" action="${withQuery(c, '/login')}">
${host.guard.field(c)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: page.email, autofocus: page.email === '' })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', autofocus: page.email !== '' })}
<button type="submit">Sign in</button>
</form>
<p class="aside">No account yet? <a href="${withQuery(c, '/signup')}">Create an account</a></p>
<p class="note">This is a demonstration. Sign in as <code>${demoAccount.email}</code> with the password <code>${demoAccount.password}</code>.</p>`,
    } as const
  }

  return pages
}

/** Names the client. Its name is unverified text; the provider has verified only the host that receives the response. */
export function destination(c: Context, context: LoginContext | undefined): Html {
  if (isOver(c, context))
    return html`<p class="lead">Example ID is one account for all your applications.</p>
<p class="notice" role="status">${requestIsOver}</p>`
  if (context === undefined) return html`<p class="lead">Example ID is one account for all your applications.</p>`
  return html`<p class="lead">You then continue to <strong>${context.clientName}</strong>
<span class="host">${context.clientIdHost ?? context.redirectHost}</span></p>`
}
