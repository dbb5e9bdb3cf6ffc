// biome-ignore-all lint/suspicious/noConsole: this file is a command, and it prints to the console
import * as oauth from 'openid-client'
import type { Payment } from '../../../server/src/payments/payment.ts'
import { askForApproval, type Mandate, pay } from './pay.ts'

/** What the agent has decided to buy. In a product, a model chose it, and anything may be in it: so a human looks at it. */
const ticket: Payment = {
  amount: '45.90',
  currency: 'EUR',
  creditor: 'Northern Railways',
  account: 'DE02120300000000202051',
  reference: 'Ticket to Hamburg, 4 December',
}

try {
  await buy(await readMandate(process.env))
} catch (error) {
  console.error(`  ${describe(error)}`)
  process.exitCode = 1
}

async function buy(mandate: Mandate): Promise<void> {
  const price = `${ticket.amount} ${ticket.currency}`
  console.log(`\n  The agent found a ticket for ${price}, and asks ${mandate.user} to approve the payment.`)
  const { accessToken } = await askForApproval(mandate, ticket, (code) => {
    console.log(`  It waits. The page of the approval shows the code ${code}, too.`)
  })
  console.log('  Approved.\n')

  const other = { ...ticket, amount: '450.90' }
  await report(`The agent tries to pay ${other.amount} ${other.currency}`, pay(mandate, accessToken, other))
  await report(`The agent pays ${price}`, pay(mandate, accessToken, ticket))
  await report('The agent pays again, for instance after a lost answer', pay(mandate, accessToken, ticket))
}

async function report(what: string, answer: ReturnType<typeof pay>): Promise<void> {
  const { status, body } = await answer
  console.log(`  ${what}: ${status} ${JSON.stringify(body)}`)
}

/** Reads what `start` has written into data/agent.env. */
async function readMandate(env: Readonly<Record<string, string | undefined>>): Promise<Mandate> {
  const { ISSUER = '', CLIENT_ID = '', CLIENT_SECRET = '', BANK = '', USER_ADDRESS = '' } = env
  if (ISSUER === '') throw new Error('Start the servers first: they write data/agent.env.')
  // Plain http is for servers on this machine alone.
  const execute = ISSUER.startsWith('http:') ? [oauth.allowInsecureRequests] : []
  const config = await oauth.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, { execute })
  return { config, user: USER_ADDRESS, bank: BANK }
}

function describe(error: unknown): string {
  if (error instanceof oauth.ResponseBodyError && error.error === 'access_denied') return 'Refused. Nothing was paid.'
  if (error instanceof oauth.ResponseBodyError) return `${error.error}: ${error.error_description ?? ''}`
  return error instanceof Error ? error.message : String(error)
}
