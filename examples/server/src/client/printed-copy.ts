import type { Payment } from '../payments/payment.ts'

/** What this application sells. */
export const printedCopy: Payment = {
  amount: '12.50',
  currency: 'EUR',
  creditor: 'Margin Press',
  account: 'DE02120300000000202051',
  reference: 'A printed copy of your notes',
}
