import type { ShownDetails } from '@oauth/core/features/rich-authorization-requests'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Html } from '../web/layout.ts'
import { amountOf, type Payment, paymentSchema, paymentType } from './payment.ts'

/**
 * Returns the payments that a client asks for. A page for approval must show all that it approves, so there may be no other
 * details.
 * @throws {Error} for details of another type
 */
export function paymentsIn(shown: readonly ShownDetails[]): readonly Payment[] {
  return shown.map(({ details: { type, ...members } }) => {
    if (type !== paymentType) throw new Error(`The page cannot show authorization details of the type ${type}.`)
    return v.parse(paymentSchema, members)
  })
}

/** Shows the payments to whoever decides about them: everything that decides what happens with the money. */
export function paymentsView(payments: readonly Payment[]): Html {
  return html`${payments.map(
    (payment) => html`<div class="payment">
<p class="amount">${amountOf(payment)}</p>
<dl>
<div><dt>To</dt><dd>${payment.creditor}</dd></div>
<div><dt>Account</dt><dd><code>${grouped(payment.account)}</code></dd></div>
<div><dt>For</dt><dd>${payment.reference}</dd></div>
</dl>
</div>
`,
  )}`
}

/** The text of the button that approves: it says what happens. */
export function payButton(payments: readonly Payment[]): string {
  const [payment, another] = payments
  return payment === undefined || another !== undefined ? `Pay all ${payments.length}` : `Pay ${amountOf(payment)}`
}

/** An IBAN in groups of four, as people compare it. */
function grouped(account: string): string {
  return account.replace(/.{4}(?=.)/g, '$& ')
}
