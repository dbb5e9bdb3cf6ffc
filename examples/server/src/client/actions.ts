import { type Context, Hono } from 'hono'
import { nowInSeconds } from '../web/opaque.ts'
import { accessProblem, actionsFor } from './available-actions.ts'
import type { ClientSide } from './pages.ts'
import { describeProblem, type Problem } from './problem.ts'
import type { ClientSession } from './store.ts'
import type { BrowserLog } from './timeline.ts'
import { visitOf } from './visit.ts'

/** What an action does: it returns the session with its result. */
type Run = (session: ClientSession, log: BrowserLog) => Promise<ClientSession>

/** The buttons of the result page. Each does one thing with the tokens, stores the result and shows the page again. */
export function clientActions(side: ClientSide): Hono {
  const { apiUrl, party, store, timeline } = side
  const pages = new Hono()

  const action = (path: string, run: Run, failure: string) =>
    pages.post(`/${path}`, async (c) => {
      const visit = await visitOf(c, side)
      if (visit === undefined) return c.redirect('/client', 303)
      const { session, log } = visit
      const refusal = unavailable(session, path)
      if (refusal !== undefined) return back(c, failed(session, refusal))
      try {
        return back(c, await run(session, log))
      } catch (error) {
        const problem = describeProblem(error)
        if (problem === undefined) throw error
        return back(c, failed(afterProblem(session, problem), failure, problem))
      }
    })

  action('refresh', refresh, 'The provider refused to refresh.')
  action('call-api', callApi, 'The API refused the access token.')
  action('userinfo', askUserinfo, 'Userinfo refused the access token.')
  action('introspect', introspect, 'The provider refused to introspect.')
  action('revoke', revoke, 'The provider refused to revoke.')

  pages.post('/leave', async (c) => {
    if ((await visitOf(c, side)) === undefined) return c.redirect('/client', 303)
    c.header('set-cookie', await store.end(c.req.raw), { append: true })
    timeline.open(c).renew('forget')
    return c.redirect('/client?left', 303)
  })

  // End the session here first, so that it is over whatever the provider or the user does next.
  pages.post('/sign-out', async (c) => {
    const visit = await visitOf(c, side)
    if (visit === undefined) return c.redirect('/client', 303)
    c.header('set-cookie', await store.end(c.req.raw), { append: true })
    visit.log.renew('forget')
    const { url, state } = await party.signOut(visit.log, visit.session.tokens.idTokenHint)
    c.header('set-cookie', store.rememberSignOut(state), { append: true })
    return c.redirect(url.href, 303)
  })

  async function back(c: Context, session: ClientSession): Promise<Response> {
    await store.change(c.req.raw, session)
    return c.redirect('/client', 303)
  }

  async function refresh(session: ClientSession, log: BrowserLog): Promise<ClientSession> {
    const { refreshToken = '' } = session.tokens
    const { idToken: _, ...fresh } = await party.refresh(log, refreshToken, session.resource)
    // A provider that does not rotate sends no new refresh token, and may send no ID token: then keep the old ones.
    const tokens = {
      ...fresh,
      refreshToken: fresh.refreshToken ?? refreshToken,
      idTokenHint: fresh.idTokenHint ?? session.tokens.idTokenHint,
    }
    const title = `Refreshed: a new access token${tokens.refreshToken === refreshToken ? '' : ' and a new refresh token'}.`
    return succeeded({ ...session, tokens, refused: undefined, refreshed: session.refreshed + 1 }, title)
  }

  async function callApi(session: ClientSession, log: BrowserLog): Promise<ClientSession> {
    const call = { url: `${apiUrl}/notes`, what: 'Reads your notes at the API' }
    return succeeded(
      session,
      'The API accepted the access token.',
      await party.call(log, session.tokens.accessToken, call),
    )
  }

  async function askUserinfo(session: ClientSession, log: BrowserLog): Promise<ClientSession> {
    const userinfo = await party.userinfo(log, session.tokens.accessToken, session.subject)
    return succeeded({ ...session, userinfo }, 'Userinfo answered anew.')
  }

  async function introspect(session: ClientSession, log: BrowserLog): Promise<ClientSession> {
    const answer = await party.introspect(log, session.tokens.accessToken)
    if (answer.active) return succeeded(session, 'Introspected: the access token is active.', answer)
    const after = accessProblem(session, nowInSeconds()) === undefined ? { ...session, refused: true } : session
    return succeeded(after, 'Introspected: the access token is not active.', answer)
  }

  async function revoke(session: ClientSession, log: BrowserLog): Promise<ClientSession> {
    const { refreshToken, accessToken } = session.tokens
    await party.revoke(log, refreshToken ?? accessToken)
    const text =
      'Refresh, userinfo and the API refuse from now on. An API that only checks the signature of a JWT would accept it until it expires.'
    return { ...session, ended: 'You revoked the tokens.', outcome: { good: true, title: 'Revoked.', text } }
  }

  return pages
}

/** Returns why an action is not possible now. The page shows no button for it, but an old page may still have one. */
export function unavailable(session: ClientSession, path: string): string | undefined {
  const actions = actionsFor(session, nowInSeconds()).flatMap((group) => group.actions)
  return actions.find((action) => action.path === path)?.unavailable
}

export function succeeded(session: ClientSession, title: string, answer?: unknown): ClientSession {
  const detail = answer === undefined ? {} : { detail: JSON.stringify(answer, undefined, 2) }
  return { ...session, outcome: { good: true, title, ...detail } }
}

export function failed(session: ClientSession, title: string, problem?: Problem): ClientSession {
  return { ...session, outcome: { good: false, title, ...(problem !== undefined && { problem }) } }
}

/** What a refusal says about the tokens: one of the refresh token ends the access, one of the access token ends that token. */
export function afterProblem(session: ClientSession, { code }: Problem): ClientSession {
  if (code === 'invalid_grant') return { ...session, ended: 'Example ID has withdrawn the access.' }
  return code === 'invalid_token' ? { ...session, refused: true } : session
}
