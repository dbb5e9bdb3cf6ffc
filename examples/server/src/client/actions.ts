import { type Context, Hono } from 'hono'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import type { ClientSide } from './pages.ts'
import { describeProblem } from './problem.ts'
import type { ClientSession } from './store.ts'

/** The buttons of the result page. Each does one thing with the tokens, stores the result and shows the page again. */
export function clientActions({ baseUrl, apiUrl, party, store, guard }: ClientSide): Hono {
  const pages = new Hono()

  const action = (path: string, run: (session: ClientSession) => Promise<ClientSession>, failure: string) =>
    pages.post(path, async (c) => {
      const session = await sessionOf(c)
      if (session === undefined) return c.redirect('/client', 303)
      try {
        store.change(c.req.raw, await run(session))
      } catch (error) {
        const detail = describeProblem(error)
        if (detail === undefined) throw error
        store.change(c.req.raw, { ...session, outcome: { good: false, title: failure, detail } })
      }
      return c.redirect('/client', 303)
    })

  action('/refresh', refresh, 'The provider refused to refresh.')
  action('/call-api', callApi, 'The API refused the access token.')
  action('/userinfo', askUserinfo, 'Userinfo refused the access token.')
  action('/revoke', revoke, 'The provider refused to revoke.')

  pages.post('/leave', async (c) => {
    if ((await sessionOf(c)) === undefined) return c.redirect('/client', 303)
    c.header('set-cookie', store.end(c.req.raw), { append: true })
    return c.redirect('/client?left', 303)
  })

  // End the session here first, so that it is over whatever the provider or the user does next.
  pages.post('/sign-out', async (c) => {
    const session = await sessionOf(c)
    if (session === undefined) return c.redirect('/client', 303)
    c.header('set-cookie', store.end(c.req.raw), { append: true })
    const { url, state } = await party.signOut(session.tokens.idTokenHint)
    c.header('set-cookie', store.rememberSignOut(state), { append: true })
    return c.redirect(url.href, 303)
  })

  async function refresh(session: ClientSession): Promise<ClientSession> {
    const { refreshToken } = session.tokens
    if (refreshToken === undefined) return note(session, 'There is no refresh token.')
    const { idToken: _, ...fresh } = await party.refresh(refreshToken, session.resource)
    // A provider that does not rotate sends no new refresh token, and may send no ID token: then keep the old ones.
    const tokens = {
      ...fresh,
      refreshToken: fresh.refreshToken ?? refreshToken,
      idTokenHint: fresh.idTokenHint ?? session.tokens.idTokenHint,
    }
    const title = `Refreshed: a new access token${tokens.refreshToken === refreshToken ? '' : ' and a new refresh token'}.`
    return { ...session, tokens, refreshed: session.refreshed + 1, outcome: { good: true, title } }
  }

  async function callApi(session: ClientSession): Promise<ClientSession> {
    const answer = await party.call(session.tokens.accessToken, `${apiUrl}/notes`)
    return note(session, 'The API accepted the access token.', JSON.stringify(answer, undefined, 2))
  }

  async function askUserinfo(session: ClientSession): Promise<ClientSession> {
    const userinfo = await party.userinfo(session.tokens.accessToken, session.subject)
    return { ...session, userinfo, outcome: { good: true, title: 'Userinfo answered anew.' } }
  }

  async function revoke(session: ClientSession): Promise<ClientSession> {
    const { refreshToken, accessToken } = session.tokens
    await party.revoke(refreshToken ?? accessToken)
    return note(
      session,
      'Revoked: refresh, userinfo and the API refuse from now on. An API that only checks the signature of a JWT would accept it until it expires.',
    )
  }

  async function sessionOf(c: Context): Promise<ClientSession | undefined> {
    const session = store.current(c.req.raw)
    if (session === undefined || guard.accepts(c, await readForm(c))) return session
    store.change(c.req.raw, { ...session, outcome: { good: false, title: refusedForm(baseUrl) } })
    return undefined
  }

  return pages
}

function note(session: ClientSession, title: string, detail?: string): ClientSession {
  return { ...session, outcome: { good: true, title, ...(detail === undefined ? {} : { detail }) } }
}
