import * as v from 'valibot'

/** The `type` of the authorization details that ask for a payment. */
export const paymentType = 'payment_initiation'

/**
 * A line for people to read: no line breaks, no invisible characters, which could reorder what a page shows, and not only
 * spaces.
 */
const line = (longest: number) =>
  v.pipe(
    v.string(),
    v.regex(/^[^\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]+$/u),
    v.regex(/[\p{L}\p{N}]/u),
    v.maxLength(longest),
  )

/**
 * One payment, as a client asks for it, as the user sees it, and as the API gets it. Every member decides what happens with
 * the money, so none is optional, and no other may be there.
 */
export const paymentSchema = v.strictObject({
  amount: v.pipe(v.string(), v.regex(/^(?=.*[1-9])(?:0|[1-9]\d{0,6})\.\d\d$/)),
  currency: v.picklist(['EUR', 'USD']),
  /** The name of who gets the money. Nobody has checked it; `account` decides. */
  creditor: line(70),
  /** The IBAN of who gets the money. */
  account: v.pipe(v.string(), v.regex(/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/)),
  /** What the payment is for. */
  reference: line(140),
})

export type Payment = v.InferOutput<typeof paymentSchema>

/** A payment that a user has approved. The server gave it an id, under which the API books it once. */
export const approvedPaymentSchema = v.strictObject({ ...paymentSchema.entries, id: v.pipe(v.string(), v.uuid()) })

/** Whether two payments are the same to the letter. */
export function isSamePayment(one: Payment, other: Payment): boolean {
  const members = Object.keys(paymentSchema.entries) as (keyof Payment)[]
  return members.every((member) => one[member] === other[member])
}

export function amountOf({ amount, currency }: Payment): string {
  return `${amount} ${currency}`
}
