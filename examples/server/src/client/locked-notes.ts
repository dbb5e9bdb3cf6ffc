import { type Context, Hono } from 'hono'
import * as oauth from 'oauth4webapi'
import { afterProblem, failed, succeeded, unavailable } from './actions.ts'
import type { ClientSide } from './pages.ts'
import { describeProblem } from './problem.ts'
import type { SignIn } from './sign-in-requests.ts'
import type { ClientSession } from './store.ts'
import type { BrowserLog } from './timeline.ts'
import { visitOf } from './visit.ts'

/**
 * Notes for which the API demands a recent sign-in. It says so in a challenge, the application sends the user to sign in
 * again, and repeats the call with the new token ({@link https://www.rfc-editor.org/rfc/rfc9470 RFC 9470}).
 */
export function lockedNotesPages(side: ClientSide): Hono {
  const { baseUrl, apiUrl, party, store, timeline } = side
  const pages = new Hono()

  pages.post('/locked-notes', async (c) => {
    const visit = await visitOf(c, side)
    if (visit === undefined) return c.redirect('/client', 303)
    const { session, log } = visit
    const refusal = unavailable(session, 'locked-notes')
    if (refusal !== undefined) return back(c, failed(session, refusal))
    try {
      return back(c, await open(session, log))
    } catch (error) {
      const maxAge = demandedAge(error)
      if (maxAge === undefined) return back(c, refused(session, error))
      const { url, signIn } = await party.beginConfirmation(log, session.resource ?? apiUrl, maxAge)
      await store.change(c.req.raw, { ...session, confirming: signIn })
      return c.redirect(url.href, 303)
    }
  })

  pages.get('/confirmed', async (c) => {
    const session = await store.current(c.req.raw)
    if (session?.confirming === undefined || session.confirming.state !== c.req.query('state')) {
      return c.redirect('/client', 303)
    }
    const { confirming, ...rest } = session
    // Take it first, so that a reload does not finish it again.
    await store.change(c.req.raw, rest)
    const { search } = new URL(c.req.url)
    const callback = new URL(`${baseUrl}/client/confirmed${search}`)
    try {
      return back(c, await finish(rest, confirming, callback, timeline.open(c)))
    } catch (error) {
      return back(c, refused(rest, error))
    }
  })

  async function finish(session: ClientSession, signIn: SignIn, callback: URL, log: BrowserLog) {
    const { idToken, ...tokens } = await party.finish(log, callback, signIn)
    if (idToken?.sub !== session.subject) return failed(session, 'Another account signed in: the notes stay locked.')
    const confirmed = { ...session, claims: idToken, tokens, refreshed: 0, ended: undefined, refused: undefined }
    return open(confirmed, log)
  }

  async function open(session: ClientSession, log: BrowserLog): Promise<ClientSession> {
    const call = { url: `${apiUrl}/notes/locked`, what: 'Opens the locked notes at the API' }
    return succeeded(
      session,
      'The API opened the locked notes.',
      await party.call(log, session.tokens.accessToken, call),
    )
  }

  function refused(session: ClientSession, error: unknown): ClientSession {
    const problem = describeProblem(error)
    if (problem === undefined) throw error
    const after = problem.code === 'invalid_token' ? afterProblem(session, problem) : session
    return failed(after, 'The notes stay locked.', problem)
  }

  async function back(c: Context, session: ClientSession): Promise<Response> {
    await store.change(c.req.raw, session)
    return c.redirect('/client', 303)
  }

  return pages
}

/** Returns how old a sign-in may be for the API, in seconds, if the API refused because of that. */
function demandedAge(error: unknown): number | undefined {
  if (!(error instanceof oauth.WWWAuthenticateChallengeError)) return undefined
  const challenge = error.cause.find(({ parameters }) => parameters.error === 'insufficient_user_authentication')
  const maxAge = Number(challenge?.parameters.max_age)
  return Number.isSafeInteger(maxAge) ? maxAge : undefined
}
