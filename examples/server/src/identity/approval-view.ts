import type { BackchannelRequest } from '@oauth/core/features/backchannel-authentication'
import { html } from 'hono/html'
import { amountOf, type Payment } from '../payments/payment.ts'
import { payButton, paymentsView } from '../payments/payment-view.ts'
import type { Html } from '../web/layout.ts'
import { asked, unverified } from './consent-view.ts'
import type { User } from './users.ts'

/** A request, as its page shows it. */
export interface Approval {
  readonly request: BackchannelRequest
  readonly payments: readonly Payment[]
}

/** The path of the page of a request. It is in the link that the user gets. */
export const approvalPath = (id: string): string => `/approvals/${id}`

/**
 * The page on which a user decides about the request of a client that is somewhere else. The user has not come from there, so
 * it shows what the client shows at the same time, and when it asked.
 */
export function approvalView({ request, payments }: Approval, user: Pick<User, 'name' | 'email'>, form: Html): Html {
  const { clientName, bindingMessage, requestedAt, expiresAt } = request
  const pays = payments.length > 0
  return html`<h1><span class="client-name">${clientName}</span> asks for ${pays ? 'a payment' : 'access'}</h1>
${unverified(request)}
<p class="lead">It wants to ${pays ? 'pay from' : 'use'} the Example ID account of <strong>${user.name}</strong> <span class="host">${user.email}</span></p>
${paymentsView(payments)}${
  bindingMessage === undefined
    ? ''
    : html`<p>It must show you this text now: <strong class="device-code">${bindingMessage}</strong></p>`
}
${asked({ newScopes: request.scopes, claims: [] })}
<p>It asked at ${time(requestedAt)}. You can answer until ${time(expiresAt)} UTC.</p>
<p class="alert" role="note">You have not come here from the application. Approve only what you have just asked it to do yourself.</p>
<form method="post" action="${approvalPath(request.id)}" class="choice">
${form}
<button type="submit" name="approve" value="true">${pays ? payButton(payments) : 'Approve'}</button>
<button type="submit" name="approve" value="false" class="quiet">${pays ? 'Do not pay' : 'Refuse'}</button>
</form>`
}

/** The list of the requests that wait for a user. */
export function approvalsView(waiting: readonly Approval[]): Html {
  if (waiting.length === 0) return html`<p>Nothing waits for your answer.</p>`
  return html`<ul class="rows">
${waiting.map(
  ({ request: { id, clientName, requestedAt }, payments }) =>
    html`<li><a href="${approvalPath(id)}"><span class="client-name">${clientName}</span>: ${sumUp(payments)}</a>
<small>Asked at ${time(requestedAt)} UTC</small></li>`,
)}
</ul>`
}

function sumUp(payments: readonly Payment[]): string {
  if (payments.length === 0) return 'access to your account'
  return payments.map((payment) => `${amountOf(payment)} to ${payment.creditor}`).join(', ')
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

function time(seconds: number): Html {
  const date = new Date(seconds * 1000)
  return html`<time datetime="${date.toISOString()}">${clock.format(date)}</time>`
}
