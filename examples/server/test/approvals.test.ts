import type { ClientInput } from '@oauth/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demoAccount } from '../src/identity/demo-account.ts'
import { type Payment, paymentType } from '../src/payments/payment.ts'
import { signIn } from './journey.ts'
import { type Example, startExample } from './start.ts'
import { createUserAgent, type UserAgent } from './user-agent.ts'

const grantType = 'urn:openid:params:grant-type:ciba'
const client: ClientInput = {
  client_name: '<b>Travel agent</b>',
  redirect_uris: [],
  grant_types: [grantType],
  backchannel_token_delivery_mode: 'poll',
  scope: 'openid email',
  authorization_details_types: [paymentType],
}
const ticket: Payment = {
  amount: '45.90',
  currency: 'EUR',
  creditor: 'Northern Railways',
  account: 'DE02120300000000202051',
  reference: 'Ticket to Hamburg',
}

describe('the pages for approvals', () => {
  const links: string[] = []
  let example: Example
  let authorization: string

  beforeAll(async () => {
    example = await startExample({ notify: ({ email }, link) => links.push(`${email} ${link}`) })
  })

  afterAll(async () => {
    await example?.stop()
    expect(example?.failures).toEqual([])
  })

  async function post(path: string, form: Record<string, string>) {
    const body = new URLSearchParams(form)
    const response = await fetch(example.issuer + path, { method: 'POST', body, headers: { authorization } })
    return { status: response.status, body: await response.json() }
  }

  /** Asks the demo account as a new client, and returns the link that the user gets. */
  async function ask(parameters: Record<string, string> = {}) {
    const { client_id, client_secret = '' } = await example.provider.registerClient(client)
    authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`
    const form = { scope: 'openid', login_hint: demoAccount.email, ...parameters }
    const { status, body } = await post('/oauth2/backchannel_authentication', form)
    expect([status, body.error]).toEqual([200, undefined])
    return { authReqId: String(body.auth_req_id), link: links.at(-1)?.split(' ')[1] ?? '' }
  }

  const askForTicket = () =>
    ask({
      authorization_details: JSON.stringify([{ type: paymentType, ...ticket }]),
      binding_message: 'Seat 61, window',
      resource: `${example.baseUrl}/api`,
    })

  const collect = (auth_req_id: string) => post('/oauth2/token', { grant_type: grantType, auth_req_id })

  async function signedIn(): Promise<UserAgent> {
    const agent = createUserAgent()
    await signIn(agent, await agent.open(`${example.baseUrl}/login`))
    return agent
  }

  test('the link of the notification leads through the login to the request, and the user approves exactly this payment', async () => {
    const { authReqId, link } = await askForTicket()
    expect(links.at(-1)).toBe(`${demoAccount.email} ${link}`)
    const agent = createUserAgent()
    const login = await agent.open(link)
    expect(login.url.pathname).toBe('/login')
    const page = await signIn(agent, login)
    expect(page.url.href).toBe(link)
    for (const text of ['45.90 EUR', 'Northern Railways', 'DE02 1203 0000 0000 2020 51', 'Ticket to Hamburg'])
      expect(page.body).toContain(text)
    expect(page.body).toContain('<strong class="code"><bdi>Seat 61, window</bdi></strong>')
    expect(page.body).toContain('&lt;b&gt;Travel agent&lt;/b&gt;')
    expect(page.body).not.toContain('<b>Travel agent')
    const done = await agent.submit(page, 'Pay 45.90 EUR')
    expect([done.url.pathname, done.body.includes('role="status"')]).toEqual(['/approvals', true])

    const { status, body } = await collect(authReqId)
    expect(status).toBe(200)
    expect(body.authorization_details).toEqual([{ type: paymentType, ...ticket, id: expect.any(String) }])
    const book = (payment: Payment) =>
      fetch(`${example.baseUrl}/api/payments`, {
        method: 'POST',
        headers: { authorization: `Bearer ${body.access_token}` },
        body: JSON.stringify(payment),
      })
    expect((await book({ ...ticket, amount: '459.00' })).status).toBe(403)
    expect((await book(ticket)).status).toBe(201)
  })

  test('the list shows a signed-in user what waits, and the user refuses it', async () => {
    const agent = await signedIn()
    const { authReqId, link } = await askForTicket()
    const list = await agent.open(`${example.baseUrl}/approvals`)
    expect(list.body).toContain(`href="${new URL(link).pathname}"`)
    expect(list.body).toContain('45.90 EUR to Northern Railways')
    const done = await agent.submit(await agent.open(link), 'Do not pay')
    expect(done.body).toContain('Refused. The application gets nothing.')
    expect((await collect(authReqId)).body.error).toBe('access_denied')
    expect((await agent.open(`${example.baseUrl}/approvals`)).body).not.toContain(new URL(link).pathname)
  })

  test('a request for access alone names the scopes', async () => {
    const agent = await signedIn()
    const { authReqId, link } = await ask({ scope: 'openid email' })
    const page = await agent.open(link)
    expect(page.body).toContain('See your e-mail address')
    await agent.submit(page, 'Approve')
    expect((await collect(authReqId)).body.scope).toBe('openid email')
  })

  test('a request is answered once: afterwards its page says that there is nothing to answer', async () => {
    const agent = await signedIn()
    const { link } = await askForTicket()
    const page = await agent.open(link)
    await agent.submit(page, 'Do not pay')
    for (const visit of [await agent.submit(page, 'Pay 45.90 EUR'), await agent.open(link)]) {
      expect([visit.status, visit.body.includes('Nothing to answer')]).toEqual([404, true])
    }
  })

  test('another user neither sees a request nor answers it', async () => {
    const { authReqId, link } = await askForTicket()
    const page = await (await signedIn()).open(link)
    const stranger = createUserAgent()
    await stranger.submit(await stranger.open(`${example.baseUrl}/signup`), 'Create account', {
      name: 'Eve',
      email: 'eve@example.com',
      password: 'correct horse battery',
    })
    const own = await stranger.open(link)
    expect([own.status, own.body.includes('Railways')]).toEqual([404, false])
    expect((await stranger.open(`${example.baseUrl}/approvals`)).body).toContain('Nothing waits for your answer.')
    expect((await stranger.submit(page, 'Pay 45.90 EUR')).status).toBe(404)
    expect((await collect(authReqId)).body.error).toBe('authorization_pending')
  })

  test('a form of another site, and one without the value of a button, answer nothing', async () => {
    const agent = await signedIn()
    const { authReqId, link } = await askForTicket()
    const page = await agent.open(link)
    expect((await agent.submit(page, 'Pay 45.90 EUR', { form_token: 'forged' })).status).toBe(403)
    expect((await agent.submit(page, 'Pay 45.90 EUR', { approve: '1' })).status).toBe(200)
    const elsewhere = { ...page, url: new URL('https://evil.example/') }
    const form = elsewhere.body.replaceAll(`action="/`, `action="${example.baseUrl}/`)
    expect((await agent.submit({ ...elsewhere, body: form }, 'Pay 45.90 EUR')).status).toBe(403)
    expect((await collect(authReqId)).body.error).toBe('authorization_pending')
  })

  test('nobody signed out sees the list, and the login leads back to it and to no other site', async () => {
    const agent = createUserAgent()
    const login = await agent.open(`${example.baseUrl}/approvals`)
    expect((await signIn(agent, login)).url.pathname).toBe('/approvals')
    for (const next of ['//evil.example', 'approvals/../logout', 'https://evil.example', 'approvals/x'])
      expect((await agent.open(`${example.baseUrl}/login?next=${encodeURIComponent(next)}`)).url.pathname).toBe('/')
  })

  test('a request of a session that is too old is not approved, and the page says to sign in again', async () => {
    const agent = await signedIn()
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const { authReqId, link } = await ask({ max_age: '0' })
    const refused = await agent.submit(await agent.open(link), 'Approve')
    expect([refused.status, refused.body.includes('This needs a newer sign-in')]).toEqual([403, true])
    expect((await collect(authReqId)).body.error).toBe('authorization_pending')
  })
})
