import { randomUUID } from 'node:crypto'
import type { DetailsType } from '@oauth/core/features/rich-authorization-requests'
import { amountOf, approvedPaymentSchema, paymentSchema, paymentType } from './payment.ts'

/**
 * Payments as a type of authorization details. A user approves the payment that the client asked for, or none: there is no
 * `covers`, so nothing less and nothing else, and no `rememberConsent`, so each payment is asked for.
 * @param resource the API that books payments. No other API sees them in its tokens
 */
export function paymentDetails(resource: string): DetailsType<typeof paymentSchema> {
  return {
    schema: paymentSchema,
    grantedSchema: approvedPaymentSchema,
    describe: (payment) => `Pay ${amountOf(payment)} to ${payment.creditor}`,
    // What the client asked for, whatever the browser posted.
    enrich: ({ asked }) => ({ ...asked, id: randomUUID() }),
    locations: [resource],
    // Applications that users registered themselves get no payments unless somebody has looked at them.
    mayRequest: ({ registeredBy, metadata }) =>
      registeredBy === 'server' && metadata.authorization_details_types?.includes(paymentType) === true,
  }
}
