import { type Context, Hono } from 'hono'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import type { ClientSide } from './pages.ts'
import { describeProblem } from './problem.ts'
import type { Welcome } from './welcome-view.ts'

/** The codes after which the user may still approve. */
const stillWaiting: ReadonlySet<string> = new Set(['authorization_pending', 'slow_down'])

/**
 * The sign-in of a program that cannot open a browser: the application shows a code, and the user approves it on another
 * device, or in another window.
 * @param show answers with the page of a visitor who is not signed in
 */
export function devicePages(
  side: ClientSide,
  show: (c: Context, status: 200 | 400 | 403, say: Welcome) => Promise<Response>,
): Hono {
  const { apiUrl, baseUrl, party, store, guard, timeline } = side
  const pages = new Hono()
  const refuse = (c: Context) => show(c, 403, { error: { title: refusedForm(baseUrl) } })

  pages.post('/device', async (c) => {
    if (!guard.accepts(c, await readForm(c))) return refuse(c)
    const device = await party.beginDevice(timeline.open(c), apiUrl)
    c.header('set-cookie', await store.rememberDevice(c.req.raw, device), { append: true })
    return c.redirect('/client', 303)
  })

  pages.post('/device/check', async (c) => {
    if (!guard.accepts(c, await readForm(c))) return refuse(c)
    const device = await store.device(c.req.raw)
    if (device === undefined) return show(c, 400, { error: { title: 'The code has expired. Start again.' } })
    const log = timeline.open(c)
    try {
      const { idToken, ...tokens } = await party.finishDevice(log, device)
      if (idToken === undefined) throw new Error('The request had the scope openid, so there must be an ID token.')
      const userinfo = await party.userinfo(log, tokens.accessToken, idToken.sub)
      const session = { subject: idToken.sub, claims: idToken, userinfo, tokens, resource: device.resource }
      await store.forgetDevice(c.req.raw)
      c.header('set-cookie', await store.start(c.req.raw, { ...session, refreshed: 0 }), { append: true })
      log.renew('keep')
      return c.redirect('/client', 303)
    } catch (error) {
      const problem = describeProblem(error)
      if (problem === undefined) throw error
      if (!stillWaiting.has(problem.code)) await store.forgetDevice(c.req.raw)
      return show(c, 400, { error: { title: 'You are not signed in yet.', problem } })
    }
  })

  pages.post('/device/cancel', async (c) => {
    if (!guard.accepts(c, await readForm(c))) return refuse(c)
    await store.forgetDevice(c.req.raw)
    return c.redirect('/client', 303)
  })

  return pages
}
