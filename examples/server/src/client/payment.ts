import { Hono } from 'hono'
import { amountOf, type Payment } from '../payments/payment.ts'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import type { ClientSide } from './pages.ts'
import { describeProblem } from './problem.ts'
import type { SignIn } from './relying-party.ts'
import type { Outcome } from './store.ts'

/** What this application sells. */
export const printedCopy: Payment = {
  amount: '12.50',
  currency: 'EUR',
  creditor: 'Margin Press',
  account: 'DE02120300000000202051',
  reference: 'A printed copy of your notes',
}

/**
 * A payment: the user approves it at the provider, and the access token then says so to the API that books it. The token is
 * used once and not kept.
 */
export function paymentPages({ baseUrl, paymentsUrl, party, store, guard }: ClientSide): Hono {
  const pages = new Hono()

  pages.post('/pay', async (c) => {
    const session = store.current(c.req.raw)
    if (session === undefined) return c.redirect('/client', 303)
    if (!guard.accepts(c, await readForm(c))) {
      store.change(c.req.raw, { ...session, outcome: { good: false, title: refusedForm(baseUrl) } })
      return c.redirect('/client', 303)
    }
    const { url, signIn } = await party.beginPayment(printedCopy, paymentsUrl)
    store.change(c.req.raw, { ...session, paying: signIn })
    return c.redirect(url.href, 303)
  })

  pages.get('/paid', async (c) => {
    const session = store.current(c.req.raw)
    if (session?.paying === undefined || session.paying.state !== c.req.query('state')) {
      return c.redirect('/client', 303)
    }
    const { paying, ...rest } = session
    // Take it first, so that a reload does not pay again.
    store.change(c.req.raw, rest)
    const { search } = new URL(c.req.url)
    const outcome = await pay(new URL(`${baseUrl}/client/paid${search}`), paying, session.subject)
    store.change(c.req.raw, { ...rest, outcome })
    return c.redirect('/client', 303)
  })

  async function pay(callback: URL, paying: SignIn, subject: string): Promise<Outcome> {
    try {
      const { accessToken, idToken } = await party.finish(callback, paying)
      if (idToken?.sub !== subject) return { good: false, title: 'Another account approved the payment: not paid.' }
      const answer = await party.call(accessToken, `${paymentsUrl}/payments`, printedCopy)
      return { good: true, title: `Paid: ${amountOf(printedCopy)}.`, detail: JSON.stringify(answer, undefined, 2) }
    } catch (error) {
      const detail = describeProblem(error)
      if (detail === undefined) throw error
      return { good: false, title: 'Nothing was paid.', detail }
    }
  }

  return pages
}
