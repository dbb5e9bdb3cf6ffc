import type { RegisteredClient } from '@oauth/core'
import {
  type AuthorizationDetails,
  commonFields,
  coversCommonFields,
  richAuthorizationRequests,
} from '@oauth/core/features/rich-authorization-requests'
import * as v from 'valibot'
import { expect } from 'vitest'
import type { Browser } from './browser.ts'
import {
  type Answer,
  authorizeUrl,
  createPkce,
  exchangeCode,
  type Parameters,
  type Pkce,
  redirectUri,
  registerConfidential,
} from './client.ts'
import { api, createQuickWorld } from './tokens.ts'
import { alice, type World, type WorldOptions } from './world.ts'

export const files = 'https://files.example.com/v1'

/** Authorization details as JSON text, as requests have them. */
export const text = (...details: readonly object[]): string => JSON.stringify(details)

export const payment = (changes: object = {}): AuthorizationDetails => ({
  type: 'payment_initiation',
  amount: { currency: 'EUR', value: '123.50' },
  creditor: 'Merchant A',
  ...changes,
})
export const customerData = (changes: object = {}): AuthorizationDetails => ({
  type: 'customer_data',
  actions: ['read', 'write'],
  datatypes: ['contacts', 'photos'],
  ...changes,
})
export const accountInformation = (changes: object = {}): AuthorizationDetails => ({
  type: 'account_information',
  accounts: [],
  ...changes,
})

/** The accounts that the users have. */
const accountsOf: Readonly<Record<string, readonly string[]>> = { [alice.id]: ['DE1', 'DE2'] }

/**
 * The types of the tests: a payment that is always asked for; the common fields, whose consent is remembered; and accounts,
 * which the host completes by what the user chose.
 */
export const rar = () =>
  richAuthorizationRequests({
    types: {
      payment_initiation: {
        schema: v.strictObject({
          amount: v.strictObject({ currency: v.picklist(['EUR', 'USD']), value: v.string() }),
          creditor: v.string(),
          note: v.optional(v.string()),
          locations: v.optional(v.array(v.string())),
        }),
        describe: ({ amount, creditor }) => `Pay ${amount.value} ${amount.currency} to ${creditor}`,
        withoutUser: ({ details, client }) =>
          details.creditor === 'Payroll' && client.metadata.client_name === 'Payroll',
      },
      customer_data: {
        schema: commonFields({
          actions: ['read', 'write'],
          datatypes: ['contacts', 'photos'],
          locations: [api, files],
          identifier: true,
        }),
        covers: coversCommonFields,
        rememberConsent: true,
      },
      account_information: {
        schema: v.strictObject({ accounts: v.array(v.string()) }),
        grantedSchema: v.strictObject({ accounts: v.array(v.string()), consentId: v.string() }),
        locations: [api],
        enrich({ chosen, userId }) {
          const accounts = chosen.accounts.filter((account) => accountsOf[userId ?? '']?.includes(account))
          return accounts.length === 0 ? undefined : { accounts, consentId: `for ${userId}` }
        },
      },
    },
  })

export function rarWorld({ features = [], ...options }: WorldOptions = {}): World {
  return createQuickWorld({ features: [rar(), ...features], ...options })
}

/** A request that waits at the consent page. */
export interface AtConsent {
  readonly world: World
  readonly client: RegisteredClient
  readonly browser: Browser
  readonly pkce: Pkce
  readonly url: string
}

/** Sends Alice to the consent page with authorization details. The request has no scope, unless the parameters name one. */
export async function atConsent(
  world: World,
  details: string,
  {
    client: known,
    browser = world.browser(),
    ...parameters
  }: { readonly client?: RegisteredClient; readonly browser?: Browser } & {
    readonly scope?: string
    readonly resource?: string
  } = {},
): Promise<AtConsent> {
  const client = known ?? (await registerConfidential(world))
  const pkce = createPkce()
  const asked: Parameters = { scope: undefined, ...parameters, authorization_details: details }
  const { url } = await browser.visit(authorizeUrl(world, client, pkce, asked), { user: alice })
  return { world, client, browser, pkce, url }
}

/** What the consent page gets to show. */
export function shown({ world, browser, url }: AtConsent) {
  return world.provider.resolveLoginContext(browser.pageRequest(url))
}

/** Answers the consent page: with all that was asked for, unless `said` has another answer. */
export function consent(
  { world, browser, url }: AtConsent,
  said: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return browser.request(`${world.issuer}/oauth2/consent`, {
    method: 'POST',
    headers: { origin: new URL(world.issuer).origin, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ state: new URL(url).searchParams.get('state') ?? '', accept: 'true', ...said }),
  })
}

/** Redeems the code in the answer of the consent page. */
export async function redeem(
  { world, client, pkce, browser }: AtConsent,
  response: Response,
  more: Parameters = {},
): Promise<Answer> {
  const location = response.headers.get('location') ?? ''
  expect(location, await response.clone().text()).toContain(redirectUri)
  const parameters = new URL(location).searchParams
  return exchangeCode(world, client, { code: parameters.get('code') ?? '', pkce, parameters, browser }, more)
}

/** Grants these details to a client, by an answer that takes all of it, and returns the token answer. */
export async function granted(
  world: World,
  details: string,
  options: Parameters0 = {},
  more: Parameters = {},
): Promise<Answer & { readonly client: RegisteredClient }> {
  const at = await atConsent(world, details, options)
  const answer = await redeem(at, await consent(at), more)
  return { ...answer, client: at.client }
}

type Parameters0 = NonNullable<globalThis.Parameters<typeof atConsent>[2]>
