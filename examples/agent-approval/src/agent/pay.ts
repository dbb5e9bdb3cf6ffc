import { randomInt } from 'node:crypto'
import * as oauth from 'openid-client'
import type { Payment } from '../../../server/src/payments/payment.ts'

/** What an agent knows: who it is, whom it works for, and where payments are made. */
export interface Mandate {
  readonly config: oauth.Configuration
  /** The address by which the authorization server knows the user. */
  readonly user: string
  /** The API of the bank, which is the audience of the access token. */
  readonly bank: string
}

/** A payment for which the agent has the user's approval. */
export interface Approved {
  readonly payment: Payment
  readonly accessToken: string
}

/** What the bank answered. */
export interface BankAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * Asks the user for one payment, and waits until the user has answered in a browser of their own (CIBA, by polling).
 * @param say gets a code that the page of the user shows as well: show it to the user where they talk to the agent
 * @throws {oauth.ResponseBodyError} `access_denied` when the user refuses, `expired_token` when nobody answers in time
 */
export async function askForApproval(
  { config, user, bank }: Mandate,
  payment: Payment,
  say: (code: string) => void,
): Promise<Approved> {
  const code = String(randomInt(1000, 10_000))
  const request = await oauth.initiateBackchannelAuthentication(config, {
    scope: 'openid',
    login_hint: user,
    binding_message: code,
    authorization_details: JSON.stringify([{ type: 'payment_initiation', ...payment }]),
    resource: bank,
  })
  say(code)
  const { access_token } = await oauth.pollBackchannelAuthenticationGrant(config, request)
  return { payment, accessToken: access_token }
}

/** Has the bank book a payment. It books only the one that the user has approved, and that one once. */
export async function pay({ config, bank }: Mandate, accessToken: string, payment: Payment): Promise<BankAnswer> {
  const headers = new Headers({ 'content-type': 'application/json' })
  const url = new URL(`${bank}/payments`)
  const body = JSON.stringify(payment)
  const response = await oauth.fetchProtectedResource(config, accessToken, url, 'POST', body, headers)
  return { status: response.status, body: await response.json() }
}
