import { decodeJwt } from 'jose'
import * as oauth from 'openid-client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Payment } from '../../server/src/payments/payment.ts'
import { askForApproval, pay } from '../src/agent/pay.ts'
import { openAsUser, type Running, startServers } from './servers.ts'

// The agent asks every five seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const ticket: Payment = {
  amount: '45.90',
  currency: 'EUR',
  creditor: 'Northern Railways',
  account: 'DE02120300000000202051',
  reference: 'Ticket to Hamburg, 4 December',
}

describe('an agent whose payments a human approves', () => {
  let running: Running

  beforeAll(async () => {
    running = await startServers()
  })

  afterAll(async () => {
    await running?.stop()
    expect(running?.failures).toEqual([])
  })

  /** Lets the agent ask for the ticket, and the user press this button. */
  async function ask(button: string, mandate = running.mandate) {
    let code = ''
    const approved = askForApproval(mandate, ticket, (shown) => {
      code = shown
    })
    // A refusal is looked at later than it comes.
    approved.catch(() => {})
    const { agent, page } = await openAsUser(await running.nextLink())
    await vi.waitFor(() => expect(code).toMatch(/^\d{4}$/))
    expect(page.body).toContain(`<strong class="code"><bdi>${code}</bdi></strong>`)
    await agent.submit(page, button)
    return approved
  }

  test('the user sees the payment and the code of the agent, approves, and the bank books this payment once and no other', async () => {
    const { mandate } = running
    const { accessToken } = await ask('Pay 45.90 EUR')
    for (const other of [{ amount: '450.90' }, { amount: '45.91' }, { account: 'DE02500105170137075030' }]) {
      expect(await pay(mandate, accessToken, { ...ticket, ...other })).toEqual({
        status: 403,
        body: { error: 'payment_not_approved' },
      })
    }
    const first = await pay(mandate, accessToken, ticket)
    expect(first).toEqual({ status: 201, body: { ...ticket, id: expect.any(String), status: 'booked' } })
    expect(await pay(mandate, accessToken, ticket)).toEqual({ status: 200, body: first.body })
  })

  test('the token is for the bank, and says which payment was approved and nothing more than who approved it', async () => {
    const { accessToken } = await ask('Pay 45.90 EUR')
    const { aud, scope, authorization_details: details } = decodeJwt(accessToken)
    expect([[aud].flat().includes(running.mandate.bank), scope]).toEqual([true, 'openid'])
    expect(details).toEqual([{ type: 'payment_initiation', ...ticket, id: expect.any(String) }])
  })

  test('two approvals of the same payment are two payments', async () => {
    const ids = [await ask('Pay 45.90 EUR'), await ask('Pay 45.90 EUR')].map(async ({ accessToken }) => {
      const { status, body } = await pay(running.mandate, accessToken, ticket)
      return [status, (body as { readonly id: string }).id]
    })
    const [one, other] = await Promise.all(ids)
    expect([one?.[0], other?.[0], one?.[1] === other?.[1]]).toEqual([201, 201, false])
  })

  test('the agent of a user who refuses gets access_denied, and no token', async () => {
    await expect(ask('Do not pay')).rejects.toMatchObject({ error: 'access_denied' })
  })

  test('the agent learns nothing about a user whom the server does not know, but that', async () => {
    const asked = askForApproval({ ...running.mandate, user: 'nobody@example.com' }, ticket, () => {})
    await expect(asked).rejects.toMatchObject({ error: 'unknown_user_id' })
  })

  test('the agent cannot ask for a payment that the page would not show in full', async () => {
    const hidden = { ...ticket, fee: '99.00' }
    await expect(askForApproval(running.mandate, hidden, () => {})).rejects.toBeInstanceOf(oauth.ResponseBodyError)
    const turned = { ...ticket, creditor: 'Railways \u202eRUE 09.54' }
    await expect(askForApproval(running.mandate, turned, () => {})).rejects.toMatchObject({
      error: 'invalid_authorization_details',
    })
  })

  test('the bank takes no token of a sign-in, and none that is for another API', async () => {
    const { mandate } = running
    const request = await oauth.initiateBackchannelAuthentication(mandate.config, {
      scope: 'openid',
      login_hint: mandate.user,
    })
    const { agent, page } = await openAsUser(await running.nextLink())
    await agent.submit(page, 'Approve')
    const { access_token } = await oauth.pollBackchannelAuthenticationGrant(mandate.config, request)
    await expect(pay(mandate, access_token, ticket)).rejects.toBeInstanceOf(oauth.WWWAuthenticateChallengeError)
  })
})
