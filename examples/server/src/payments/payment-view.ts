import type { DetailsView } from '@oauth/pages'
import * as v from 'valibot'
import { amountOf, type Payment, paymentSchema, paymentType } from './payment.ts'

/**
 * Shows a payment to whoever decides about it: everything that decides what happens with the money. A page for approval must
 * show all that it approves, so there may be no other details.
 * @throws {Error} for details of another type
 */
export function paymentView({ type, ...members }: { readonly type: string }): DetailsView {
  if (type !== paymentType) throw new Error(`The page cannot show authorization details of the type ${type}.`)
  const payment: Payment = v.parse(paymentSchema, withoutId(members))
  const amount = amountOf(payment)
  return {
    title: `Pay ${amount} to ${payment.creditor}`,
    facts: [
      ['Amount', amount],
      ['To', payment.creditor],
      ['Account', grouped(payment.account)],
      ['For', payment.reference],
    ],
    approve: `Pay ${amount}`,
    refuse: 'Do not pay',
  }
}

/** A payment that was approved has an id, which a request has not and no page shows. */
function withoutId(members: object): object {
  const { id: _, ...asked } = members as { readonly id?: unknown }
  return asked
}

/** An IBAN in groups of four, as people compare it. */
function grouped(account: string): string {
  return account.replace(/.{4}(?=.)/g, '$& ')
}
