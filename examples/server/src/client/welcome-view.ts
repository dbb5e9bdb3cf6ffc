import { html } from 'hono/html'
import { type Html, type Page, parties } from '../web/layout.ts'
import type { DeviceSignIn } from './device-requests.ts'
import type { Exchange } from './exchange.ts'
import { outcomeView } from './message-view.ts'
import type { Prompt } from './sign-in-requests.ts'
import type { Outcome } from './store.ts'
import { timelineView } from './timeline-view.ts'

/** What the page says to a visitor who comes back. */
export interface Welcome {
  readonly notice?: string
  readonly error?: Omit<Outcome, 'good'>
}

export interface WelcomePage extends Welcome {
  readonly apiUrl: string
  readonly formToken: Html
  /** The sign-in on another device that the browser waits for. */
  readonly device: DeviceSignIn | undefined
  readonly exchanges: readonly Exchange[]
}

const { name } = parties.identity

/** The client's page for a visitor who is not signed in. */
export function welcomeView({ apiUrl, formToken, device, exchanges, notice, error }: WelcomePage): Page {
  return {
    party: 'client',
    title: 'Welcome',
    board: true,
    body: html`<div class="columns">
<div>
<h1>Notes in the margin</h1>
<p class="lead">This application has no accounts of its own. ${name} tells it who you are.</p>
${outcomeView(error === undefined ? undefined : { ...error, good: false })}
${notice === undefined ? '' : html`<p class="notice" role="status">${notice}</p>`}
${device === undefined ? signInForm(apiUrl, formToken) : deviceForm(device, formToken)}
<p class="aside"><a href="/client/privacy">Privacy policy</a> <a href="/client/terms">Terms of service</a> <a href="/">What runs here</a></p>
</div>
${exchanges.length === 0 ? '' : timelineView(exchanges, formToken)}
</div>`,
  }
}

function signInForm(apiUrl: string, formToken: Html): Html {
  return html`<form method="post" action="/client/sign-in" class="card">
${formToken}
<fieldset>
<legend>Access token</legend>
<label class="option"><input type="radio" name="token" value="jwt" checked>
<span>JWT, for the API<small>asks for <code>resource=${apiUrl}</code></small></span></label>
<label class="option"><input type="radio" name="token" value="opaque">
<span>Opaque<small>no scope of the API: good at userinfo, refused by the API</small></span></label>
</fieldset>
<button type="submit">Sign in with ${name}</button>
<details class="more">
<summary>Other ways to sign in</summary>
<div class="group">
<ul>
${variants.map(variantView)}
</ul>
</div>
</details>
</form>`
}

interface Variant {
  readonly label: string
  readonly about: string
  /** The value of `prompt`. Without it, the sign-in is approved on another device. */
  readonly prompt?: Prompt
}

const variants: readonly Variant[] = [
  { label: 'Sign in anew', about: 'Asks for the password, even if you are signed in.', prompt: 'login' },
  { label: 'Sign up', about: 'Begins with a new account.', prompt: 'create' },
  {
    label: 'Sign in silently',
    about: 'Only if no page has to be shown. Applications look for a session in this way.',
    prompt: 'none',
  },
  { label: 'Use a code', about: 'As a television does: a code here, the approval on a phone or in another window.' },
]

function variantView({ label, about, prompt }: Variant): Html {
  const where = prompt === undefined ? html`formaction="/client/device"` : html`name="prompt" value="${prompt}"`
  const id = `about-${prompt ?? 'device'}`
  return html`<li><p id="${id}">${about}</p>
<button type="submit" class="quiet" ${where} aria-describedby="${id}">${label}</button></li>
`
}

/** Waits for the approval on another device. */
function deviceForm({ userCode, verificationUri, completeUri }: DeviceSignIn, formToken: Html): Html {
  return html`<form method="post" action="/client/device/check" class="card">
${formToken}
<h2>Approve this code</h2>
<p class="code-to-enter">${userCode}</p>
<p>On a phone, or in another window, open <a href="${completeUri}" target="_blank" rel="noopener">${verificationUri}</a>, compare the code and allow the access. Then come back and check.</p>
<p class="pair">
<button type="submit">Check now</button>
<button type="submit" class="quiet" formaction="/client/device/cancel">Cancel</button>
</p>
</form>`
}
