import type { Provider } from '@oauth/core'
import {
  type RichAuthorizationRequests,
  richAuthorizationRequests,
  type StandardSchema,
} from '@oauth/core/features/rich-authorization-requests'
import { authorizationDetailsOf, createProtectedResource, dpop } from '@oauth/resource-server'
import type { Running } from './acceptance-support.ts'

// The payments of the tests with rich authorization requests: their types, and an API that books them.

/** A schema of objects with exactly these members, in the form that Standard Schema prescribes for every library. */
function exactly<Members extends object>(
  checks: Readonly<Record<keyof Members, (value: unknown) => boolean>>,
): StandardSchema<Members> {
  const validate = (value: unknown) => {
    const members = value as Members
    const names = new Set([...Object.keys(members), ...Object.keys(checks)]) as Set<keyof Members>
    const wrong = [...names].filter((name) => checks[name]?.(members[name]) !== true)
    return wrong.length === 0
      ? { value: members }
      : { issues: wrong.map((name) => ({ message: 'wrong', path: [name] })) }
  }
  return { '~standard': { version: 1, vendor: 'acceptance', validate } }
}

const isText = (value: unknown): boolean => typeof value === 'string'
const paymentSchema = exactly<{ amount: string; currency: 'EUR'; creditor: string }>({
  amount: isText,
  currency: (value) => value === 'EUR',
  creditor: isText,
})

export const rent = { type: 'payment_initiation', amount: '800.00', currency: 'EUR', creditor: 'Landlord' }
export const gift = { type: 'payment_initiation', amount: '20.00', currency: 'EUR', creditor: 'Bob' }
export const newsletter = { type: 'newsletter' }

/** The feature, with payments for the API at this URL, and newsletters for another one. */
export const payments = (resource: string) =>
  richAuthorizationRequests({
    types: {
      payment_initiation: {
        schema: paymentSchema,
        describe: ({ amount, currency, creditor }) => `Pay ${amount} ${currency} to ${creditor}`,
        locations: [resource],
      },
      newsletter: { schema: exactly<object>({}), locations: ['https://news.example.com'] },
    },
  })

/** Returns what the consent page of this interaction shows. */
export function shownOn({ provider }: Running, context: Parameters<RichAuthorizationRequests['shown']>[0]) {
  const features = provider.features as { readonly richAuthorizationRequests: RichAuthorizationRequests }
  return features.richAuthorizationRequests.shown(context)
}

/** The API at this URL, which books the payments of DPoP-bound tokens. */
export function paymentsApi(resource: string, provider: Provider) {
  const api = createProtectedResource({
    resource,
    authorizationServer: provider,
    senderConstraints: [dpop({ required: true })],
  })
  const book = api.withAuth((_, auth) =>
    Response.json({
      booked: authorizationDetailsOf(auth, 'payment_initiation', paymentSchema),
      all: auth.authorizationDetails,
    }),
  )
  const { pathname } = new URL(resource)
  return [
    (request: Request) => (api.isMetadata(request.url) ? api.metadata(request) : undefined),
    (request: Request) => (new URL(request.url).pathname === pathname ? book(request) : undefined),
  ]
}
