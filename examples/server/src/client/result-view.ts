import { html } from 'hono/html'
import { amountOf } from '../payments/payment.ts'
import type { Html, Page } from '../web/layout.ts'
import { decodeAccessToken } from './access-token.ts'
import { printedCopy } from './payment.ts'
import type { ClientSession, Outcome } from './store.ts'

/** The page with the tokens and claims, and the buttons that use them. */
export function resultView(session: ClientSession, formToken: Html): Page {
  const name = typeof session.claims.name === 'string' ? session.claims.name : nameIn(session.userinfo)
  return {
    party: 'client',
    title: 'Signed in',
    wide: true,
    body: html`<h1>Hello${name === undefined ? '' : html`, ${name}`}</h1>
<p class="lead">This is what came back, and what this application now knows.</p>
${outcome(session.outcome)}
<form method="post" class="actions" aria-label="Try the tokens">
${formToken}
<button type="submit" formaction="/client/refresh">Refresh</button>
<button type="submit" formaction="/client/call-api">Call the API</button>
<button type="submit" formaction="/client/userinfo" class="quiet">Ask userinfo</button>
<button type="submit" formaction="/client/revoke" class="quiet">Revoke</button>
<button type="submit" formaction="/client/sign-out" class="quiet">Sign out</button>
<button type="submit" formaction="/client/leave" class="quiet">Sign out here only</button>
</form>
<section aria-labelledby="payment">
<h2 id="payment">A printed copy</h2>
<p>Your notes on paper, for ${amountOf(printedCopy)}. Example ID asks you to approve this payment, and the API books no other.</p>
<form method="post" action="/client/pay">
${formToken}
<button type="submit">Buy for ${amountOf(printedCopy)}</button>
</form>
</section>
<section aria-labelledby="id-token">
<h2 id="id-token">ID token</h2>
<p>Who you are, said by the provider to this application.</p>
${claimTable('Claims of the ID token', session.claims)}
</section>
<section aria-labelledby="userinfo">
<h2 id="userinfo">Userinfo</h2>
<p>The same person, asked for with the access token.</p>
${claimTable('Userinfo', isRecord(session.userinfo) ? session.userinfo : {})}
</section>
${accessToken(session)}
${refreshToken(session)}`,
  }
}

function outcome(last: Outcome | undefined): Html {
  if (last === undefined) return html``
  return html`<div class="${last.good ? 'notice' : 'alert'}" role="${last.good ? 'status' : 'alert'}">
<p>${last.title}</p>
${last.detail === undefined ? '' : html`<pre>${last.detail}</pre>`}
</div>`
}

function accessToken(session: ClientSession): Html {
  const { accessToken: token, scope, expiresAt } = session.tokens
  const decoded = decodeAccessToken(token)
  const about = { granted_scope: scope, expires: expiresAt }
  return html`<section aria-labelledby="access-token">
<h2 id="access-token">Access token</h2>
${
  decoded === undefined
    ? html`<p>Opaque: ${token.length} characters that mean nothing to anybody but the provider.</p>
${claimTable('About the access token', { begins: `${token.slice(0, 6)}…`, ...about })}`
    : html`<p>A JWT for the API at <code>${session.resource}</code>. A client need not look inside; here it does.</p>
<h3>Header</h3>
${claimTable('Header of the access token', decoded.header)}
<h3>Claims</h3>
${claimTable('Claims of the access token', decoded.claims)}`
}
</section>`
}

function refreshToken(session: ClientSession): Html {
  return html`<section aria-labelledby="refresh-token">
<h2 id="refresh-token">Refresh token</h2>
${
  session.tokens.refreshToken === undefined
    ? html`<p>None.</p>`
    : html`<p>Kept by this application's server and never shown. ${used(session.refreshed)}</p>`
}
</section>`
}

function used(count: number): string {
  if (count === 0) return 'Not used yet.'
  return count === 1 ? 'Used once.' : `Used ${count} times.`
}

const times = new Set(['exp', 'iat', 'nbf', 'auth_time', 'updated_at', 'expires'])

function claimTable(caption: string, claims: Readonly<Record<string, unknown>>): Html {
  return html`<table>
<caption>${caption}</caption>
<tbody>
${Object.entries(claims)
  .filter(([, value]) => value !== undefined)
  .map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${show(name, value)}</td></tr>`)}
</tbody>
</table>`
}

function show(name: string, value: unknown): Html {
  if (times.has(name) && typeof value === 'number')
    return html`${value} <small class="when">${new Date(value * 1000).toISOString().replace('T', ' ').slice(0, 19)} UTC</small>`
  return html`${typeof value === 'string' ? value : JSON.stringify(value)}`
}

function nameIn(userinfo: unknown): string | undefined {
  return isRecord(userinfo) && typeof userinfo.name === 'string' ? userinfo.name : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
