import { type Context, Hono } from 'hono'
import { readForm } from '../web/form.ts'
import { type FormGuard, refusedForm } from '../web/form-guard.ts'
import { respond } from '../web/layout.ts'
import { clientActions } from './actions.ts'
import { paymentPages } from './payment.ts'
import { describeProblem } from './problem.ts'
import type { RelyingParty } from './relying-party.ts'
import { resultView } from './result-view.ts'
import type { ClientStore } from './store.ts'
import { welcomeView } from './welcome-view.ts'

export interface ClientSide {
  readonly baseUrl: string
  /** The protected resource: the audience of the JWT access token. */
  readonly apiUrl: string
  /** The API that books payments. */
  readonly paymentsUrl: string
  readonly party: RelyingParty
  readonly store: ClientStore
  readonly guard: FormGuard
}

/** The demo relying party, mounted at `/client`. */
export function clientPages(side: ClientSide): Hono {
  const { party, store, guard } = side
  const pages = new Hono()

  pages.get('/', (c) => {
    const session = store.current(c.req.raw)
    if (session === undefined) {
      const notice = c.req.query('left') === undefined ? undefined : left
      return respond(c, 200, welcome(c, { notice }))
    }
    // Show the result once, so that a reload does not repeat the call.
    if (session.outcome !== undefined) store.change(c.req.raw, { ...session, outcome: undefined })
    return respond(c, 200, resultView(session, guard.field(c)))
  })

  pages.post('/sign-in', async (c) => {
    const form = await readForm(c)
    if (!guard.accepts(c, form)) return respond(c, 403, welcome(c, { error: refusedForm(side.baseUrl) }))
    const { url, signIn } = await party.begin(form.get('token') === 'opaque' ? undefined : side.apiUrl)
    c.header('set-cookie', store.remember(c.req.raw, signIn), { append: true })
    return c.redirect(url.href, 303)
  })

  pages.get('/callback', async (c) => {
    const signIn = store.take(c.req.raw, c.req.query('state') ?? '')
    if (signIn === undefined)
      return respond(
        c,
        400,
        welcome(c, { error: 'This sign-in is over, or you started it in another browser. Please sign in again.' }),
      )
    try {
      const { search } = new URL(c.req.url)
      const { idToken, ...tokens } = await party.finish(new URL(`${side.baseUrl}/client/callback${search}`), signIn)
      if (idToken === undefined) throw new Error('oauth4webapi was told to require an ID token.')
      const userinfo = await party.userinfo(tokens.accessToken, idToken.sub)
      const session = {
        subject: idToken.sub,
        claims: idToken,
        userinfo,
        tokens,
        resource: signIn.resource,
        refreshed: 0,
      }
      c.header('set-cookie', store.start(c.req.raw, session), { append: true })
      return c.redirect('/client', 303)
    } catch (error) {
      const problem = describeProblem(error)
      if (problem === undefined) throw error
      return respond(c, 400, welcome(c, { error: `You are not signed in. The provider said: ${problem}` }))
    }
  })

  // The provider sends the browser here after a sign-out that began at this client.
  pages.get('/signed-out', (c) => {
    if (!store.isSignOut(c.req.raw, c.req.query('state') ?? '')) return c.redirect('/client', 303)
    c.header('set-cookie', store.forgetSignOut(), { append: true })
    if (store.current(c.req.raw) !== undefined) return c.redirect('/client', 303)
    return respond(c, 200, welcome(c, { notice: signedOut }))
  })

  function welcome(c: Context, say: { notice?: string | undefined; error?: string }) {
    return welcomeView({ apiUrl: side.apiUrl, formToken: guard.field(c), ...say })
  }

  return pages.route('/', clientActions(side)).route('/', paymentPages(side))
}

const signedOut = 'You are signed out, here and at Example ID.'
const left =
  'You are signed out here. You are still signed in to Example ID, so it will not ask for your password the next time.'
