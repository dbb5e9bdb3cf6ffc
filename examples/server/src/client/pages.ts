import { type Context, Hono } from 'hono'
import { readForm } from '../web/form.ts'
import { type FormGuard, refusedForm } from '../web/form-guard.ts'
import { respond } from '../web/layout.ts'
import { nowInSeconds } from '../web/opaque.ts'
import { clientActions } from './actions.ts'
import { clientAssets } from './assets.ts'
import { devicePages } from './device.ts'
import { lockedNotesPages } from './locked-notes.ts'
import { paymentPages } from './payment.ts'
import { describeProblem } from './problem.ts'
import type { RelyingParty } from './relying-party.ts'
import { resultView } from './result-view.ts'
import { prompts } from './sign-in-requests.ts'
import type { ClientStore } from './store.ts'
import type { Timeline } from './timeline.ts'
import { type Welcome, welcomeView } from './welcome-view.ts'

export interface ClientSide {
  readonly baseUrl: string
  /** The protected resource: the audience of the JWT access token. */
  readonly apiUrl: string
  /** The API that books payments. */
  readonly paymentsUrl: string
  readonly party: RelyingParty
  readonly store: ClientStore
  readonly timeline: Timeline
  readonly guard: FormGuard
}

/** The demo relying party, mounted at `/client`. */
export function clientPages(side: ClientSide): Hono {
  const { party, store, guard, timeline } = side
  const pages = new Hono()

  pages.get('/', async (c) => {
    const session = await store.current(c.req.raw)
    if (session === undefined) return welcome(c, 200, c.req.query('left') === undefined ? {} : { notice: left })
    // Show the result once, so that a reload does not repeat the call.
    if (session.outcome !== undefined) await store.change(c.req.raw, { ...session, outcome: undefined })
    const exchanges = timeline.of(c.req.raw)
    return respond(c, 200, resultView({ session, exchanges, formToken: guard.field(c), now: nowInSeconds() }))
  })

  pages.post('/sign-in', async (c) => {
    const form = await readForm(c)
    if (!guard.accepts(c, form)) return welcome(c, 403, { error: { title: refusedForm(side.baseUrl) } })
    const { url, signIn } = await party.begin(timeline.open(c), {
      resource: form.get('token') === 'opaque' ? undefined : side.apiUrl,
      prompt: prompts.find((prompt) => prompt === form.get('prompt')),
    })
    c.header('set-cookie', await store.remember(c.req.raw, signIn), { append: true })
    return c.redirect(url.href, 303)
  })

  pages.get('/callback', async (c) => {
    const signIn = await store.take(c.req.raw, c.req.query('state') ?? '')
    if (signIn === undefined) return welcome(c, 400, { error: { title: over } })
    const log = timeline.open(c)
    try {
      const { search } = new URL(c.req.url)
      const callback = new URL(`${side.baseUrl}/client/callback${search}`)
      const { idToken, ...tokens } = await party.finish(log, callback, signIn)
      if (idToken === undefined) throw new Error('oauth4webapi was told to require an ID token.')
      const userinfo = await party.userinfo(log, tokens.accessToken, idToken.sub)
      const session = { subject: idToken.sub, claims: idToken, userinfo, tokens, resource: signIn.resource }
      c.header('set-cookie', await store.start(c.req.raw, { ...session, refreshed: 0 }), { append: true })
      log.renew('keep')
      return c.redirect('/client', 303)
    } catch (error) {
      const problem = describeProblem(error)
      if (problem === undefined) throw error
      return welcome(c, 400, { error: { title: 'You are not signed in.', problem } })
    }
  })

  // The provider sends the browser here after a sign-out that began at this client.
  pages.get('/signed-out', async (c) => {
    if (!store.isSignOut(c.req.raw, c.req.query('state') ?? '')) return c.redirect('/client', 303)
    c.header('set-cookie', store.forgetSignOut(), { append: true })
    if ((await store.current(c.req.raw)) !== undefined) return c.redirect('/client', 303)
    return welcome(c, 200, { notice: signedOut })
  })

  pages.post('/timeline/clear', async (c) => {
    if (guard.accepts(c, await readForm(c))) timeline.open(c).renew('forget')
    return c.redirect('/client', 303)
  })

  async function welcome(c: Context, status: 200 | 400 | 403, say: Welcome): Promise<Response> {
    const page = { apiUrl: side.apiUrl, device: await store.device(c.req.raw), exchanges: timeline.of(c.req.raw) }
    return respond(c, status, welcomeView({ ...page, formToken: guard.field(c), ...say }))
  }

  return pages
    .route('/', clientAssets())
    .route('/', clientActions(side))
    .route('/', lockedNotesPages(side))
    .route('/', paymentPages(side))
    .route('/', devicePages(side, welcome))
}

const over = 'This sign-in is over, or you started it in another browser. Please sign in again.'
const signedOut = 'You are signed out, here and at Example ID.'
const left =
  'You are signed out here. You are still signed in to Example ID, so it will not ask for your password the next time.'
