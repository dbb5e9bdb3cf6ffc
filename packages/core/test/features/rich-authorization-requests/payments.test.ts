import { createProvider, type ProviderOptions } from '@oauth/core'
import { expect, test } from 'vitest'
import { atConsent, consent, redeem, text } from '../../support/authorization-details.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice } from '../../support/world.ts'
import { details } from './payments.ts'

const payment = { type: 'payment_initiation', amount: '12.00', currency: 'EUR', creditor: 'Bob' }

test('the types of docs/features.md: a payment is granted, accounts are chosen, and data may be read again unasked', async () => {
  const world = createQuickWorld({ features: [details] })
  const data = { type: 'customer_data', actions: ['read'], datatypes: ['photos'] }
  const asked = [payment, { type: 'account_information', accounts: [] }, data]
  const at = await atConsent(world, text(...asked))
  const context = await world.provider.resolveLoginContext(at.browser.pageRequest(at.url))
  const { richAuthorizationRequests: feature } = createProvider({ ...options(world), features: [details] }).features
  expect(feature.shown(context).map(({ description }) => description)).toEqual([
    'Pay 12.00 EUR to Bob',
    'See the balance of the accounts that you choose',
    undefined,
  ])
  const chosen = { type: 'account_information', accounts: ['DE17', 'XX99'] }
  const { body } = await redeem(at, await consent(at, { authorization_details: text(payment, chosen, data) }))
  expect(body.authorization_details).toEqual([payment, { ...chosen, accounts: ['DE17'] }, data])
  const again = await atConsent(world, text(data), { client: at.client, browser: at.browser })
  expect(new URL(again.url).pathname).toBe('/callback')
})

function options(world: ReturnType<typeof createQuickWorld>): ProviderOptions<typeof alice> {
  return {
    baseUrl: 'https://id.example.com',
    secret: 'a-secret-for-tests-with-enough-characters',
    storage: world.storage,
    loginUrl: '/login',
    consentUrl: '/consent',
    authentication: { getSession: () => undefined, getUser: () => alice },
  }
}
