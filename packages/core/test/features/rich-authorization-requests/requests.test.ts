import { deviceAuthorization } from '@oauth/core/features/device-authorization'
import { jwtSecuredRequests } from '@oauth/core/features/jwt-secured-requests'
import { pushedAuthorizationRequests } from '@oauth/core/features/pushed-authorization-requests'
import { richAuthorizationRequests } from '@oauth/core/features/rich-authorization-requests'
import { describe, expect, test } from 'vitest'
import {
  atConsent,
  consent,
  customerData,
  granted,
  payment,
  rarWorld,
  redeem,
  shown,
  text,
} from '../../support/authorization-details.ts'
import { postAs, redirectUri, registerConfidential } from '../../support/client.ts'
import { clientKey, signJwt } from '../../support/client-keys.ts'
import { devicePath, poll, registerDevice, toDeviceConsent } from '../../support/device-authorization.ts'
import { ask, expectErrorRedirect, expectJsonError, send } from '../../support/expectations.ts'
import { push, pushed } from '../../support/pushed-requests.ts'
import { createQuickWorld } from '../../support/tokens.ts'
import { alice, type World } from '../../support/world.ts'
import { phone } from './phone.ts'

const code = 'invalid_authorization_details'

/** Values of `authorization_details` that are no list of details. */
const malformed: readonly (readonly [what: string, value: string])[] = [
  ['no JSON', 'payment'],
  ['half of JSON', '[{"type":"payment_initiation"'],
  ['an object', JSON.stringify(payment())],
  ['a string', '"payment_initiation"'],
  ['null', 'null'],
  ['an empty list', '[]'],
  ['a list of strings', '["payment_initiation"]'],
  ['a list in a list', JSON.stringify([[payment()]])],
  ['null in a list', JSON.stringify([payment(), null])],
  ['an element without a type', JSON.stringify([{ actions: ['read'] }])],
  ['a type that is no string', JSON.stringify([payment({ type: 7 })])],
  ['an empty type', JSON.stringify([payment({ type: '' })])],
]

/** Elements that their type refuses. */
const refused: readonly (readonly [what: string, element: object])[] = [
  ['an unknown type', { type: 'unheard_of' }],
  ['a type in capital letters', payment({ type: 'Payment_Initiation' })],
  ['an unknown member', payment({ urgent: true })],
  ['an unknown member of a member', payment({ amount: { currency: 'EUR', value: '1', scale: 2 } })],
  ['a member of another type', payment({ creditor: 7 })],
  ['an invalid value', payment({ amount: { currency: 'XXX', value: '1' } })],
  ['no value for a required member', payment({ creditor: undefined })],
  ['an invalid value in a list of the common fields', customerData({ actions: ['read', 'delete'] })],
]

/** Sends details to each endpoint that takes them, and expects the error in the form of the endpoint. */
async function expectRefused(world: World, details: string): Promise<void> {
  const client = await registerConfidential(world)
  const redirected = await ask(world, client, { authorization_details: details })
  const parameters = expectErrorRedirect(world, redirected, redirectUri, code)
  expect(parameters.get('state')).toBe('client-state')
  expectJsonError(await push(world, client, { authorization_details: details }), 400, code)
  const form = { grant_type: 'client_credentials', authorization_details: details }
  expectJsonError(await postAs(world, client, '/oauth2/token', form), 400, code)
}

const world = () => rarWorld({ features: [pushedAuthorizationRequests()] })

describe('authorization details that are refused', () => {
  test.each(malformed)('%s is invalid_authorization_details at every endpoint (A01, A11)', async (_what, details) => {
    await expectRefused(world(), details)
  })

  test.each(refused)('%s is invalid_authorization_details at every endpoint (A02, A11)', async (_what, element) => {
    await expectRefused(world(), text(customerData(), element))
  })

  test('the error says which element and which member is wrong', async () => {
    const here = world()
    const client = await registerConfidential(here)
    const wrong = text(payment(), payment({ amount: { currency: 'XXX', value: '1' } }))
    const answer = await push(here, client, { authorization_details: wrong })
    expect(answer.body.error_description).toBe('authorization_details[1] is not valid for its type at amount.currency')
    const unknown = await push(here, client, { authorization_details: text(payment({ urgent: true })) })
    expect(unknown.body.error_description).toContain('urgent')
  })
})

describe('where authorization details are accepted', () => {
  test('an authorization request with details and no scope gets a token with the details and no scope (A03)', async () => {
    const { status, body } = await granted(rarWorld(), text(payment()))
    expect(status).toBe(200)
    expect(body.authorization_details).toEqual([payment()])
    expect(body).not.toHaveProperty('scope')
    expect(body).not.toHaveProperty('id_token')
  })

  test('a pushed request with details and no scope is accepted, and its details reach the token (A03)', async () => {
    const here = world()
    const client = await registerConfidential(here)
    const { url, pkce } = await pushed(here, client, { scope: undefined, authorization_details: text(payment()) })
    const browser = here.browser()
    const page = (await browser.visit(url, { user: alice })).url
    const at = { world: here, client, browser, pkce, url: page }
    const { body } = await redeem(at, await consent(at))
    expect(body.authorization_details).toEqual([payment()])
  })

  test.each(['a JSON value', 'text'])('a request object has the details as %s (A03)', async (form) => {
    const here = rarWorld({ features: [jwtSecuredRequests()] })
    const { publicJwk, privateKey } = await clientKey()
    const client = await registerConfidential(here, { jwks: { keys: [{ ...publicJwk }] } })
    const details = [payment(), customerData()]
    const claims = {
      iss: client.client_id,
      aud: here.issuer,
      exp: here.clock.now() + 60,
      ...{ client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
      authorization_details: form === 'text' ? JSON.stringify(details) : details,
    }
    const request = await signJwt(privateKey, { alg: 'ES256', kid: 'key-1' }, claims)
    const query = new URLSearchParams({ client_id: client.client_id, request })
    const browser = here.browser()
    const { url } = await browser.visit(`${here.issuer}/oauth2/authorize?${query}`, { user: alice })
    const context = await here.provider.resolveLoginContext(browser.pageRequest(url))
    expect(context.parameters.authorization_details).toMatchObject([
      { details: payment() },
      { details: customerData() },
    ])
  })

  test('a client gets details by client_credentials only where the type allows them without a user (A03)', async () => {
    const here = rarWorld()
    const payroll = await registerConfidential(here, { client_name: 'Payroll' })
    const salary = payment({ creditor: 'Payroll' })
    const form = (...details: readonly object[]) => ({
      grant_type: 'client_credentials',
      authorization_details: text(...details),
    })
    const { status, body } = await postAs(here, payroll, '/oauth2/token', form(salary))
    expect([status, body.authorization_details, body.scope]).toEqual([200, [salary], undefined])
    expectJsonError(await postAs(here, payroll, '/oauth2/token', form(salary, payment())), 400, code)
    expectJsonError(await postAs(here, payroll, '/oauth2/token', form(customerData())), 400, code)
    const notes = await registerConfidential(here)
    expectJsonError(await postAs(here, notes, '/oauth2/token', form(salary)), 400, code)
    const plain = await postAs(here, notes, '/oauth2/token', { grant_type: 'client_credentials' })
    expect([plain.status, plain.body.authorization_details]).toEqual([200, undefined])
  })

  test('a device asks for details without a scope, by what the contract has for features (A03)', async () => {
    const here = rarWorld({ features: [deviceAuthorization({ verificationUri: '/device' })] })
    const client = await registerDevice(here)
    const start = (authorization_details: string) => postAs(here, client, devicePath, { authorization_details })
    expectJsonError(await start(text(payment({ creditor: 7 }))), 400, code)
    const device = (await start(text(payment()))).body
    const { browser, page } = await toDeviceConsent(here, device)
    const context = await here.provider.resolveLoginContext(browser.pageRequest(page))
    expect(context.parameters.authorization_details).toMatchObject([{ details: payment() }])
    expect((await browser.consent(page, true)).status).toBe(200)
    const { status, body } = await poll(here, client, device)
    expect([status, body.authorization_details, body.scope]).toEqual([200, [payment()], undefined])
  })

  test('a feature whose user approves without a page has the host complete the details, and keeps what it granted (A03, A06)', async () => {
    const here = rarWorld({ features: [phone()] })
    const client = await registerConfidential(here, { grant_types: ['urn:example:grant-type:phone'] })
    const form = { grant_type: 'urn:example:grant-type:phone', login_hint: alice.id }
    const details = { type: 'account_information', accounts: ['DE1', 'DE9'] }
    const { status, body } = await postAs(here, client, '/oauth2/token', {
      ...form,
      wanted: text(details, payment()),
    })
    const completed = { ...details, accounts: ['DE1'], consentId: `for ${alice.id}` }
    expect([status, body.authorization_details]).toEqual([200, [completed, payment()]])
  })
})

describe('metadata of authorization details', () => {
  test('discovery names the types, and a server without the feature has no such member (A04)', async () => {
    expect(rarWorld().provider.metadata.authorization_details_types_supported).toEqual([
      ...['payment_initiation', 'customer_data', 'account_information'],
    ])
    expect(createQuickWorld().provider.metadata).not.toHaveProperty('authorization_details_types_supported')
  })

  test('a client that registers types may ask for these only, wherever it asks (A04)', async () => {
    const here = world()
    const client = await registerConfidential(here, { authorization_details_types: ['customer_data'] })
    const asked = { authorization_details: text(payment()) }
    expectErrorRedirect(here, await ask(here, client, asked), redirectUri, code)
    expectJsonError(await push(here, client, asked), 400, code)
    const form = { grant_type: 'client_credentials', ...asked }
    expectJsonError(await postAs(here, client, '/oauth2/token', form), 400, code)
    expect((await push(here, client, { authorization_details: text(customerData()) })).status).toBe(201)
    const none = await registerConfidential(here, { authorization_details_types: [] })
    expectJsonError(await push(here, none, { authorization_details: text(customerData()) }), 400, code)
  })

  test('the host decides by mayRequest which clients may ask for a type (A04)', async () => {
    const types = {
      transfer: {
        schema: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const,
        mayRequest: (client: { readonly metadata: { readonly client_name?: string } }) =>
          client.metadata.client_name === 'Bank',
      },
    }
    const here = createQuickWorld({ features: [richAuthorizationRequests({ types })] })
    const details = text({ type: 'transfer', to: 'Bob' })
    const bank = await registerConfidential(here, { client_name: 'Bank' })
    expect(new URL((await atConsent(here, details, { client: bank })).url).pathname).toBe('/consent')
    const notes = await registerConfidential(here)
    expect(new URL((await atConsent(here, details, { client: notes })).url).searchParams.get('error')).toBe(code)
  })

  test('a client registers authorization_details_types and gets it back, and an unknown type is invalid_client_metadata (A04)', async () => {
    const here = rarWorld({ allowDynamicClientRegistration: true, allowUnauthenticatedClientRegistration: true })
    const register = (types: unknown) =>
      send(here, `${here.issuer}/oauth2/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'none',
          authorization_details_types: types,
        }),
      })
    const { status, body } = await register(['payment_initiation'])
    expect([status, body.authorization_details_types]).toEqual([201, ['payment_initiation']])
    expectJsonError(await register(['unheard_of']), 400, 'invalid_client_metadata')
    expectJsonError(await register('payment_initiation'), 400, 'invalid_client_metadata')
  })
})

test('a server without the feature ignores authorization_details, as it does any unknown parameter', async () => {
  const here = createQuickWorld()
  const at = await atConsent(here, text(payment()), { scope: 'openid' })
  expect((await shown(at)).parameters).toEqual({})
  const { status, body } = await redeem(at, await consent(at))
  expect([status, body.authorization_details]).toEqual([200, undefined])
})
