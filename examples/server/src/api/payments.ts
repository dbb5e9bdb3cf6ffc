import {
  authorizationDetailsOf,
  createProtectedResource,
  type ProtectedResourceOptions,
  ResourceError,
} from '@oauth/resource-server'
import * as v from 'valibot'
import { approvedPaymentSchema, isSamePayment, type Payment, paymentSchema, paymentType } from '../payments/payment.ts'

export interface PaymentsApi {
  /** The URL of the API, which is the audience of its tokens. Payments are posted to `/payments` below it. */
  readonly url: string
  readonly authorizationServer: ProtectedResourceOptions['authorizationServer']
  readonly report: (error: unknown) => void
}

/** A payment that the API has booked. */
export interface Booked extends Payment {
  readonly id: string
  readonly status: 'booked'
}

/**
 * A protected resource that books payments. The token must say that its user has approved this very payment ({@link
 * https://www.rfc-editor.org/rfc/rfc9396 RFC 9396}): another amount, another account or another text is refused.
 * @returns a fetch handler; `undefined` for a request that is not its own
 */
export function paymentsApi({ url, authorizationServer, report }: PaymentsApi) {
  const resource = createProtectedResource({
    resource: url,
    authorizationServer,
    realm: 'payments',
    metadata: { resourceName: 'Payments', authorizationDetailsTypesSupported: [paymentType] },
    onError: ({ code, cause }) => code === 'temporarily_unavailable' && report(cause),
  })
  // A bank has them in its database, with the id as the primary key.
  const booked = new Map<string, Booked>()

  const pay = resource.withAuth(async (request, auth) => {
    const sent = v.safeParse(paymentSchema, await request.json().catch(() => undefined))
    if (!sent.success) throw new ResourceError('invalid_request', { description: 'the body must be one payment' })
    const approved = authorizationDetailsOf(auth, paymentType, approvedPaymentSchema)
    const payment = approved.find((one) => isSamePayment(one, sent.output))
    if (payment === undefined) {
      return Response.json({ error: 'payment_not_approved' }, { status: 403 })
    }
    // The token works until it expires, and a client repeats a request that got no answer: each payment is booked once.
    const before = booked.get(payment.id)
    if (before !== undefined) return Response.json(before)
    const entry: Booked = { ...sent.output, id: payment.id, status: 'booked' }
    booked.set(payment.id, entry)
    return Response.json(entry, { status: 201 })
  })

  const path = `${new URL(url).pathname.replace(/\/$/, '')}/payments`
  return (request: Request): Response | Promise<Response> | undefined => {
    if (resource.isMetadata(request.url)) return resource.metadata(request)
    const isPayment = new URL(request.url).pathname === path && ['POST', 'OPTIONS'].includes(request.method)
    return isPayment ? pay(request) : undefined
  }
}
