import type { LoginContext, Provider } from '@oauth/core'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { clientCard, respond, respondError } from './layout.ts'
import type { Sessions } from './sessions.ts'
import { authenticate } from './users.ts'

/** The authentication context classes in discovery. The first is the default. */
export const authenticationClasses = ['1', '2'] as const

/** The login page. It always asks for the password, even if a session exists. */
export function loginPage(provider: Provider, sessions: Sessions, baseUrl: string): Hono {
  const pages = new Hono()

  pages.get('/login', async (c) => {
    const context = await provider.tryResolveLoginContext(c.req.raw)
    if (context === undefined) return over(c)
    if (context.intent === 'consent') return c.redirect(context.returnTo, 303)
    return respond(c, 200, 'Sign in', form(c, context))
  })

  pages.post('/login', async (c) => {
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== baseUrl) {
      return respondError(c, 403, 'access_denied', 'Another site sent this form, so you are not signed in.')
    }
    const context = await provider.tryResolveLoginContext(c.req.raw)
    if (context === undefined) return over(c)
    const { login, password } = await c.req.parseBody()
    const user = authenticate(String(login), String(password))
    if (user === undefined)
      return respond(c, 422, 'Sign in', form(c, context, 'No account has this login and password.'))
    // Use the class that the client requests, because suites check only how the server passes it on and returns it.
    const [acr = authenticationClasses[0]] = context.acrValues
    c.header('set-cookie', sessions.start(c.req.raw, user, acr))
    return c.redirect(context.returnTo, 303)
  })

  return pages
}

function form(c: Context, context: LoginContext, problem?: string) {
  return html`${clientCard(context)}
${problem === undefined ? '' : html`<p id="problem" role="alert">${problem}</p>`}
<form method="post" action="/login${new URL(c.req.url).search}">
<p><label for="login">Login</label> <input id="login" name="login" autocomplete="username" value="${context.loginHint ?? ''}"></p>
<p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
<p><button type="submit" id="submit">Sign in</button></p>
</form>`
}

function over(c: Context) {
  return respondError(
    c,
    400,
    'invalid_request',
    'This sign-in is over, or you started it in another browser. Go back to the application and start again.',
  )
}
