import type { ClientInput } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printedCopy } from '../src/client/printed-copy.ts'
import { isSamePayment, type Payment, paymentType } from '../src/payments/payment.ts'
import { authorize, signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type UserAgent, type Visit } from './user-agent.ts'

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const redirect_uri = 'https://shop.example/callback'
const pay = `Pay ${printedCopy.amount} ${printedCopy.currency}`

let example: Example
let shop: { readonly client_id: string; readonly client_secret: string }

const client: ClientInput = {
  client_name: 'Shop',
  redirect_uris: [redirect_uri],
  scope: 'openid',
  authorization_details_types: [paymentType],
}

beforeAll(async () => {
  example = await startExample()
  const { client_id, client_secret = '' } = await example.provider.registerClient(client)
  shop = { client_id, client_secret }
})

afterAll(async () => {
  await example?.stop()
  expect(example?.failures).toEqual([])
})

function post(url: string, form: Record<string, string>): Promise<Response> {
  const authorization = `Basic ${btoa(`${shop.client_id}:${shop.client_secret}`)}`
  return fetch(url, { method: 'POST', body: new URLSearchParams(form), headers: { authorization } })
}

const push = (...payments: readonly object[]) =>
  post(`${example.issuer}/oauth2/par`, {
    ...{ redirect_uri, response_type: 'code', client_id: shop.client_id },
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    authorization_details: JSON.stringify(payments.map((payment) => ({ type: paymentType, ...payment }))),
  })

/** Pushes a request for these payments, and returns its URL for the browser. */
async function requestFor(...payments: readonly Payment[]): Promise<URL> {
  const { request_uri } = await (await push(...payments)).json()
  const url = new URL(`${example.issuer}/oauth2/authorize`)
  url.search = new URLSearchParams({ client_id: shop.client_id, request_uri }).toString()
  return url
}

const consentFor = async (...payments: readonly Payment[]): Promise<{ agent: UserAgent; page: Visit }> => {
  const agent = createUserAgent()
  return { agent, page: await signIn(agent, await agent.open(await requestFor(...payments))) }
}

/** Approves these payments, and returns the access token for the API. */
async function tokenFor(button: string, ...payments: readonly Payment[]): Promise<string> {
  const { agent, page } = await consentFor(...payments)
  const { url } = await agent.submit(page, button, {}, redirect_uri)
  const code = url.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier }
  const response = await post(`${example.issuer}/oauth2/token`, { ...form, resource: `${example.baseUrl}/api` })
  return (await response.json()).access_token
}

async function book(token: string, payment: object) {
  const response = await fetch(`${example.baseUrl}/api/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(payment),
  })
  return { status: response.status, body: await response.json().catch(() => undefined) }
}

describe('a payment of the demo client', () => {
  async function buy(): Promise<{ agent: UserAgent; page: Visit }> {
    const agent = createUserAgent()
    const started = await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Sign in with Example ID')
    await agent.open(await authorize(agent, started.url, `${example.baseUrl}/client/callback`))
    return { agent, page: await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Buy for 12.50 EUR') }
  }

  test('the consent page shows the whole payment, no URL has it, and the API books it when the user approves', async () => {
    const { agent, page } = await buy()
    expect([page.url.pathname, page.url.search.includes('12.50')]).toEqual(['/consent', false])
    expect(page.body).toContain('<bdi class="name">Marginalia</bdi> asks for your approval')
    for (const text of ['12.50 EUR', 'Margin Press', 'DE02 1203 0000 0000 2020 51', 'A printed copy of your notes'])
      expect(page.body).toContain(text)
    const paid = await agent.submit(page, pay)
    expect(paid.trail.at(-1)).toBe('/client')
    expect(paid.body).toContain('Paid: 12.50 EUR.')
    expect(paid.body).toContain('&quot;status&quot;: &quot;booked&quot;')
    expect((await agent.open(`${example.baseUrl}/connected-apps`)).body).toContain('Pay 12.50 EUR to Margin Press')
  })

  test('a user who refuses pays nothing, and each payment is asked for again', async () => {
    const { agent, page } = await buy()
    expect((await agent.submit(page, 'Do not pay')).body).toContain('Nothing was paid.')
    const again = await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Buy for 12.50 EUR')
    expect(again.url.pathname).toBe('/consent')
  })

  test('only its own form begins a payment, and only the browser that began it finishes it, once', async () => {
    const { agent, page } = await buy()
    const callback = `${example.baseUrl}/client/paid`
    const { url } = await agent.submit(page, pay, {}, callback)
    const { agent: other } = await buy()
    expect((await other.open(url)).body).not.toContain('Paid')
    expect((await agent.open(url)).body).toContain('Paid')
    expect((await agent.open(url)).body).not.toContain('Paid')
    const forged = await agent.submit(await agent.open(`${example.baseUrl}/client`), 'Buy for 12.50 EUR', {
      form_token: 'forged',
    })
    expect([forged.url.pathname, forged.body.includes('role="alert"')]).toEqual(['/client', true])
  })
})

describe('payments and their API', () => {
  const books: Payment = { ...printedCopy, amount: '20.00', reference: 'Books' }

  test('the API books the payment that was approved, once, and refuses another amount, account, creditor or text', async () => {
    const token = await tokenFor('Pay 20.00 EUR', books)
    for (const other of [
      { amount: '20.01' },
      { amount: '2000.00' },
      { currency: 'USD' },
      { account: 'DE02500105170137075030' },
      { creditor: 'Somebody else' },
      { reference: 'Something else' },
    ]) {
      expect(await book(token, { ...books, ...other })).toEqual({
        status: 403,
        body: { error: 'payment_not_approved' },
      })
    }
    const first = await book(token, books)
    expect(first).toEqual({ status: 201, body: { ...books, id: expect.any(String), status: 'booked' } })
    expect(await book(token, books)).toEqual({ status: 200, body: first.body })
    expect((await book(token, { ...books, more: 1 })).status).toBe(400)
    expect((await book('unknown', books)).status).toBe(401)
  })

  test('two payments of one request are shown and approved together, and each is booked under its own id', async () => {
    const token = await tokenFor('Allow', books, printedCopy)
    const ids = [await book(token, books), await book(token, printedCopy)].map(({ body }) => body.id)
    expect(new Set(ids).size).toBe(2)
  })

  test('what the browser posts cannot change a payment: the user approves what the client asked for, or nothing', async () => {
    const { agent, page } = await consentFor(books)
    const changed = JSON.stringify([{ type: paymentType, ...books, amount: '9000.00' }])
    const { url } = await agent.submit(page, 'Pay 20.00 EUR', { authorization_details: changed }, redirect_uri)
    const code = url.searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri, code_verifier: verifier }
    const response = await post(`${example.issuer}/oauth2/token`, form)
    expect((await response.json()).authorization_details).toEqual([
      { type: paymentType, ...books, id: expect.any(String) },
    ])
  })

  test.each([
    ['an amount with a sign', { amount: '-1.00' }],
    ['nothing to pay', { amount: '0.00' }],
    ['an amount without cents', { amount: '5' }],
    ['a currency that the API does not know', { currency: 'XXX' }],
    ['a name that turns the text around', { creditor: 'Bob \u202eEUR 00.1' }],
    ['a name that nobody sees', { creditor: '\u3164\u2800' }],
    ['a text of spaces', { reference: '   ' }],
    ['a name with a line break', { creditor: 'Bob\nIBAN: trusted' }],
    ['an account that is none', { account: 'my account' }],
    ['a member that the page would not show', { extra: 'x' }],
  ])('the server refuses a request with %s', async (_, wrong) => {
    const response = await push({ ...books, ...wrong })
    expect([response.status, (await response.json()).error]).toEqual([400, 'invalid_authorization_details'])
  })

  test('text of a client is escaped on the page', async () => {
    const { page } = await consentFor({ ...books, creditor: '<b>Bob</b>' })
    expect(page.body).toContain('&lt;b&gt;Bob&lt;/b&gt;')
  })

  test('a client that nobody registered for payments cannot ask for one', async () => {
    const { authorization_details_types: _, ...plain } = client
    const { client_id, client_secret = '' } = await example.provider.registerClient(plain)
    const before = shop
    shop = { client_id, client_secret }
    const response = await push(books)
    shop = before
    expect([response.status, (await response.json()).error]).toEqual([400, 'invalid_authorization_details'])
  })

  test('two payments are the same only if every member is', () => {
    expect(isSamePayment(books, { ...books })).toBe(true)
    expect(isSamePayment(books, { ...books, reference: 'books' })).toBe(false)
  })
})
