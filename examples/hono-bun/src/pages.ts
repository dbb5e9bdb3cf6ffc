import type { LoginContext, Provider } from '@oauth/core'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { csrf } from 'hono/csrf'
import { html } from 'hono/html'
import { type Html, respond, securityHeaders, style } from './layout.ts'
import type { Sessions } from './sessions.ts'
import type { User, Users } from './users.ts'

export interface Host {
  readonly baseUrl: string
  readonly users: Users
  readonly provider: Pick<Provider, 'tryResolveLoginContext'>
  readonly sessions: Sessions
}

/** The two pages that the provider sends browsers to. */
export function identityPages({ baseUrl, users, provider, sessions }: Host): Hono {
  const pages = new Hono()
  pages.use(securityHeaders)
  pages.use(bodyLimit({ maxSize: 16 * 1024 }))
  // Refuse forms that another site posts here: they could sign a user in to an account of the attacker.
  pages.use(csrf({ origin: baseUrl }))

  pages.get('/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }))

  pages.get('/login', async (c) => {
    const context = await provider.tryResolveLoginContext(c.req.raw)
    if (context === undefined) return respond(c, 400, 'This sign-in is over', over)
    if (context.intent === 'consent') return c.redirect(context.returnTo, 303)
    return respond(c, 200, 'Sign in', loginForm(c.req.url, context))
  })

  pages.post('/login', async (c) => {
    const context = await provider.tryResolveLoginContext(c.req.raw)
    if (context === undefined) return respond(c, 400, 'This sign-in is over', over)
    const form = await c.req.parseBody()
    const user = await users.authenticate(String(form.email ?? ''), String(form.password ?? ''))
    if (user === undefined)
      return respond(c, 422, 'Sign in', loginForm(c.req.url, context, 'Wrong address or password.'))
    c.header('set-cookie', await sessions.start(c.req.raw, user))
    return c.redirect(context.returnTo, 303)
  })

  pages.get('/consent', async (c) => {
    const context = await provider.tryResolveLoginContext(c.req.raw)
    if (context === undefined) return respond(c, 400, 'This sign-in is over', over)
    const signedIn = await sessions.current(c.req.raw)
    if (context.intent !== 'consent' || signedIn === undefined) return c.redirect(context.returnTo, 303)
    return respond(c, 200, `${context.clientName} asks for access`, consentForm(context, signedIn.user))
  })

  return pages
}

const over = html`<p>It took too long, or you started it in another browser. Go back to the application and start again.</p>`

/** The login form. Its action keeps the query, which names the authorization that this sign-in belongs to. */
function loginForm(url: string, context: LoginContext, error?: string): Html {
  return html`<p>Sign in to continue to <strong>${context.clientName}</strong>.</p>
${error === undefined ? '' : html`<p role="alert">${error}</p>`}
<form method="post" action="${`/login${new URL(url).search}`}">
<label>E-mail address <input name="email" type="email" autocomplete="username" value="${context.loginHint ?? ''}"></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button type="submit">Sign in</button>
</form>`
}

const words: Readonly<Record<string, string>> = {
  openid: 'Recognise you when you come back',
  profile: 'See your name',
  email: 'See your e-mail address',
  offline_access: 'Keep this access after you sign out',
}

function consentForm(context: LoginContext, user: User): Html {
  return html`<dl>
<dt>Your account</dt><dd>${user.name}, ${user.email}</dd>
<dt>It asks to</dt>${context.scopes.map((scope) => html`<dd>${words[scope] ?? 'Use'} <code>${scope}</code></dd>`)}
${context.clientIdHost === undefined ? '' : html`<dt>It describes itself at</dt><dd><code>${context.clientIdHost}</code></dd>`}
<dt>You will then be sent to</dt><dd><code>${context.redirectHost}</code>${
    context.loopbackRedirect ? ', a program on this computer: allow it only if you have just started it' : ''
  }</dd>
</dl>
<form method="post" action="${context.consentEndpoint}">
<input type="hidden" name="state" value="${context.state}">
<button type="submit" name="accept" value="true">Allow</button>
<button type="submit" name="accept" value="false">Deny</button>
</form>`
}
