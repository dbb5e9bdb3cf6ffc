import type { LoginContext } from '@oauth/core'
import type { DeviceDetails } from '@oauth/core/features/device-authorization'
import { html } from 'hono/html'
import type { Payment } from '../payments/payment.ts'
import { payButton, paymentsView } from '../payments/payment-view.ts'
import type { Html } from '../web/layout.ts'
import { describeClaim } from './claims.ts'
import { describeScope } from './scopes.ts'
import type { User } from './users.ts'

/** What a request is about beside scopes and claims. */
export interface ConsentAbout {
  readonly device?: DeviceDetails | undefined
  readonly payments?: readonly Payment[]
}

/** The consent page. The client names itself; only the host that receives the response is verified. */
export function consentView(
  action: string,
  context: LoginContext,
  user: Pick<User, 'name' | 'email'>,
  { device, payments = [] }: ConsentAbout = {},
): Html {
  const pays = payments.length > 0
  return html`${logo(context)}<h1><span class="client-name">${context.clientName}</span> asks for ${pays ? 'a payment' : 'access'}</h1>
${unverified(context)}
<p class="lead">It wants to ${pays ? 'pay from' : 'use'} the Example ID account of <strong>${user.name}</strong> <span class="host">${user.email}</span></p>
${paymentsView(payments)}${granted(context)}${asked(context)}
${device === undefined ? destination(context) : onDevice(device)}
${links(context)}
<form method="post" action="${action}" class="choice">
<input type="hidden" name="state" value="${context.state}">
<input type="hidden" name="claims" value="${context.claims.map(({ name }) => name).join(' ')}">
<button type="submit" name="accept" value="true">${pays ? payButton(payments) : 'Allow'}</button>
<button type="submit" name="accept" value="false" class="quiet">${pays ? 'Do not pay' : 'Deny'}</button>
</form>`
}

/** What the application asks for and does not have yet. */
export function asked({ newScopes, claims }: Pick<LoginContext, 'newScopes' | 'claims'>): Html | '' {
  if (newScopes.length + claims.length === 0) return ''
  return html`<h2 id="scopes">It asks to</h2>
<ul class="scopes" aria-labelledby="scopes">
${newScopes.map((scope) => html`<li>${describeScope(scope)} <code>${scope}</code></li>`)}
${claims.map(
  ({ name, essential }) =>
    html`<li>${describeClaim(name)} <code>${name}</code>${essential ? ' (it says that it needs this)' : ''}</li>`,
)}
</ul>`
}

/** What the user granted before, when the application asks for more now. Allowing keeps it. */
function granted({ grantedScopes }: LoginContext): Html | '' {
  if (grantedScopes.length === 0) return ''
  return html`<h2 id="granted">You have already allowed it to</h2>
<ul class="scopes" aria-labelledby="granted">
${grantedScopes.map((scope) => html`<li>${describeScope(scope)} <code>${scope}</code></li>`)}
</ul>
`
}

/** The device that gets the access. The user compares, since anybody can send a link or a code of a device of their own. */
function onDevice({ userCode, origin }: DeviceDetails): Html {
  const { address, userAgent } = origin
  return html`<p>A device gets this access. It must show the code <strong class="device-code">${userCode}</strong> now.</p>
${
  address === undefined && userAgent === undefined
    ? ''
    : html`<dl>${address === undefined ? '' : html`<dt>It asked from the address</dt><dd><code>${address}</code></dd>`}${
        userAgent === undefined ? '' : html`<dt>It calls itself</dt><dd><code>${userAgent}</code></dd>`
      }</dl>`
}
<p class="alert" role="note">Allow it only if the device is in front of you and you have just started this yourself. Deny if somebody sent you the code.</p>`
}

/** Where the answer goes: verified, unlike the name. A program on the user's machine proves nothing about itself. */
function destination({ clientName, redirectHost, loopbackRedirect }: LoginContext): Html {
  if (!loopbackRedirect) {
    return html`<p>You will then be sent to <strong>${redirectHost}</strong>. Allow access only if you came from there.</p>`
  }
  return html`<p class="alert" role="note">You will then be sent to a program on this computer (<strong>${redirectHost}</strong>).
Any program here can call itself <span class="client-name">${clientName}</span>. Allow it only if you have just started it yourself.</p>`
}

/**
 * A warning for clients that nobody has checked: any program can register under any name, and anybody can publish a
 * document with any name. Of such a document the host is verified.
 */
export function unverified({
  selfRegistered,
  clientIdHost,
}: Pick<LoginContext, 'selfRegistered' | 'clientIdHost'>): Html | '' {
  if (clientIdHost !== undefined) {
    return html`<p class="alert" role="note">Unverified: this application describes itself at <strong>${clientIdHost}</strong>.
Nobody has checked its name or links.</p>`
  }
  if (!selfRegistered) return ''
  return html`<p class="alert" role="note">Unverified: this application registered itself. Nobody has checked its name, picture or links.</p>`
}

/** Shows the logo from the client's server, only over https, and without a referrer. */
function logo(context: LoginContext): Html | '' {
  const url = logoOf(context)
  if (url === undefined) return ''
  return html`<img class="logo" src="${url}" alt="" width="64" height="64" referrerpolicy="no-referrer">
`
}

/** Matches a host without characters that have a meaning in the policy header that allows it. */
const plainHttps = /^https:\/\/[\w.-]+(?::\d+)?(?:[/?]|$)/

/** Returns the URL of the logo, if the page may show it. */
export function logoOf({ logoUri }: LoginContext): string | undefined {
  return logoUri !== undefined && plainHttps.test(logoUri) ? logoUri : undefined
}

function links(context: LoginContext): Html | '' {
  const known = [
    { text: 'Website', url: context.clientUri },
    { text: 'Privacy policy', url: context.policyUri },
    { text: 'Terms of service', url: context.tosUri },
  ].filter((link) => link.url !== undefined)
  if (known.length === 0) return ''
  return html`<p class="aside">More about ${context.clientName}:
${known.map((link) => html`<a href="${link.url}" rel="noopener noreferrer" target="_blank">${link.text}</a> `)}</p>`
}
