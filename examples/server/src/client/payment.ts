import { Hono } from 'hono'
import { amountOf } from '../payments/payment.ts'
import type { ClientSide } from './pages.ts'
import { printedCopy } from './printed-copy.ts'
import { describeProblem } from './problem.ts'
import type { SignIn } from './sign-in-requests.ts'
import type { Outcome } from './store.ts'
import type { BrowserLog } from './timeline.ts'
import { visitOf } from './visit.ts'

/**
 * A payment: the user approves it at the provider, and the access token then says so to the API that books it. The token is
 * used once and not kept.
 */
export function paymentPages(side: ClientSide): Hono {
  const { baseUrl, paymentsUrl, party, store, timeline } = side
  const pages = new Hono()

  pages.post('/pay', async (c) => {
    const visit = await visitOf(c, side)
    if (visit === undefined) return c.redirect('/client', 303)
    const { url, signIn } = await party.beginPayment(visit.log, printedCopy, paymentsUrl)
    await store.change(c.req.raw, { ...visit.session, paying: signIn })
    return c.redirect(url.href, 303)
  })

  pages.get('/paid', async (c) => {
    const session = await store.current(c.req.raw)
    if (session?.paying === undefined || session.paying.state !== c.req.query('state')) {
      return c.redirect('/client', 303)
    }
    const { paying, ...rest } = session
    // Take it first, so that a reload does not pay again.
    await store.change(c.req.raw, rest)
    const { search } = new URL(c.req.url)
    const callback = new URL(`${baseUrl}/client/paid${search}`)
    const outcome = await pay(timeline.open(c), callback, paying, session.subject)
    await store.change(c.req.raw, { ...rest, outcome })
    return c.redirect('/client', 303)
  })

  async function pay(log: BrowserLog, callback: URL, paying: SignIn, subject: string): Promise<Outcome> {
    try {
      const { accessToken, idToken } = await party.finish(log, callback, paying)
      if (idToken?.sub !== subject) return { good: false, title: 'Another account approved the payment: not paid.' }
      const call = { url: `${paymentsUrl}/payments`, what: 'Asks the API to book the payment', body: printedCopy }
      const answer = await party.call(log, accessToken, call)
      return { good: true, title: `Paid: ${amountOf(printedCopy)}.`, detail: JSON.stringify(answer, undefined, 2) }
    } catch (error) {
      const problem = describeProblem(error)
      if (problem === undefined) throw error
      return { good: false, title: 'Nothing was paid.', problem }
    }
  }

  return pages
}
