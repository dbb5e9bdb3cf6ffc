import { Router } from 'express'
import { html, send } from './html.ts'
import { findUser } from './users.ts'

/** The start page. The pages of the identity provider are those of `@oauth/pages`. */
export function startPage(): Router {
  return Router().get('/', (req, res) => {
    const user = findUser(req.session.userId ?? '')
    const body =
      user === undefined
        ? html`<a href="/login">Sign in</a>`
        : html`<p>You are signed in as ${user.name}.</p><p><a href="/connected-apps">Connected apps</a> <a href="/logout">Sign out</a></p>`
    send(res, 200, 'Your account', body)
  })
}
