import { randomUUID } from 'node:crypto'
import type { LoginContext, Provider } from '@oauth/core'
import { pageRequest } from '@oauth/express'
import { type Request, type Response, Router, urlencoded } from 'express'
import { html, send } from './html.ts'
import { authenticate, findUser } from './users.ts'

/** The pages that the provider's options name, and a start page. */
export function pages(provider: Provider): Router {
  const { origin } = new URL(provider.issuer)
  const contextOf = (req: Request): Promise<LoginContext | undefined> =>
    provider.tryResolveLoginContext(pageRequest(req))

  function showLogin(res: Response, status: number, context: LoginContext | undefined, error = ''): void {
    const towards = context === undefined ? '' : html`<p>Sign in to continue to <b>${context.clientName}</b>.</p>`
    const body = html`${towards}<p role="alert">${error}</p>
      <form method="post">
        <p><label>E-mail <input name="email" type="email" autocomplete="username" required></label></p>
        <p><label>Password <input name="password" type="password" autocomplete="current-password" required></label></p>
        <button>Sign in</button>
      </form>`
    send(res, status, 'Sign in', body)
  }

  async function showConsent(req: Request, res: Response): Promise<void> {
    const context = await contextOf(req)
    if (context === undefined)
      return send(res, 400, 'This sign-in is over', html`<p>Go back to the application and start again.</p>`)
    if (context.intent !== 'consent') return res.redirect(303, context.returnTo)
    const scopes = context.scopes.map((scope) => html`<li>${scope}</li>`)
    const body = html`<p>It asks to use:</p><ul>${scopes}</ul>
      ${context.clientIdHost === undefined ? '' : html`<p>It describes itself at <b>${context.clientIdHost}</b>.</p>`}
      <p>You will then be sent to <b>${context.redirectHost}</b>${
        context.loopbackRedirect ? ', a program on this computer: allow it only if you have just started it' : ''
      }.</p>
      <form method="post" action="${context.consentEndpoint}">
        <input type="hidden" name="state" value="${context.state}">
        <button name="accept" value="true">Allow</button> <button name="accept" value="false">Deny</button>
      </form>`
    send(res, 200, `${context.clientName} asks for access`, body)
  }

  return Router()
    .get('/', (req, res) => {
      const user = findUser(req.session.userId ?? '')
      const body =
        user === undefined ? html`<a href="/login">Sign in</a>` : html`<p>You are signed in as ${user.name}.</p>`
      send(res, 200, 'Your account', body)
    })
    .get('/login', async (req, res) => showLogin(res, 200, await contextOf(req)))
    .post('/login', urlencoded({ extended: false }), async (req, res) => {
      const context = await contextOf(req)
      // Refuse forms of other sites: they could sign a user in to an account of the attacker.
      if (req.get('origin') !== origin)
        return showLogin(res, 403, context, 'Another site sent this form. Please sign in here.')
      const user = authenticate(String(req.body?.email), String(req.body?.password))
      if (user === undefined) return showLogin(res, 422, context, 'No account has this e-mail and password.')
      // Make a new cookie: an attacker may know the earlier one.
      req.session.regenerate((error) => {
        if (error) throw error
        Object.assign(req.session, {
          userId: user.id,
          authTime: Math.floor(Date.now() / 1000),
          publicId: randomUUID(),
        })
        res.redirect(303, context?.returnTo ?? '/')
      })
    })
    .get('/consent', showConsent)
}
