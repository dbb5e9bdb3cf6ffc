import { html } from 'hono/html'
import type { Html, Page } from '../web/layout.ts'
import { type Action, type ActionGroup, accessProblem, actionsFor } from './available-actions.ts'
import { claimTable } from './claim-table.ts'
import { decodeJwtParts } from './decode-jwt.ts'
import type { Exchange } from './exchange.ts'
import { outcomeView } from './message-view.ts'
import type { ClientSession } from './store.ts'
import { timelineView } from './timeline-view.ts'

export interface ResultPage {
  readonly session: ClientSession
  readonly exchanges: readonly Exchange[]
  readonly formToken: Html
  /** Seconds since the epoch. */
  readonly now: number
}

/** The page of a signed-in user: who is signed in, what can be done, and the requests behind it. */
export function resultView({ session, exchanges, formToken, now }: ResultPage): Page {
  return {
    party: 'client',
    title: 'Signed in',
    board: true,
    body: html`<div class="columns">
<div class="now">
${outcomeView(session.outcome)}
${personView(session, now)}
${session.ended === undefined ? '' : againView(session, formToken)}
<form method="post" class="card" aria-labelledby="actions">
<h2 id="actions">Try it</h2>
${formToken}
${actionsFor(session, now).map(groupView)}
</form>
</div>
${timelineView(exchanges, formToken)}
${knownView(session)}
</div>`,
  }
}

function personView(session: ClientSession, now: number): Html {
  const name = text(session.claims.name) ?? text(record(session.userinfo).name)
  const email = text(session.claims.email) ?? text(record(session.userinfo).email)
  return html`<section class="card" aria-label="Who is signed in">
<div class="person">
<span class="avatar" aria-hidden="true">${initials(name ?? email ?? '?')}</span>
<div><h1>Hello${name === undefined ? '' : html`, ${name}`}</h1>
<p>Signed in with Example ID${email === undefined ? '' : html` as <span class="host">${email}</span>`}</p></div>
</div>
<dl class="state">
<dt>Scopes</dt><dd><ul class="chips">${(session.tokens.scope ?? 'openid').split(' ').map((scope) => html`<li><code>${scope}</code></li>`)}</ul></dd>
<dt>Access token</dt><dd>${accessView(session, now)}</dd>
<dt>Refresh token</dt><dd>${refreshView(session)}</dd>
</dl>
</section>`
}

function accessView(session: ClientSession, now: number): Html {
  const { expiresAt } = session.tokens
  const kind = session.resource === undefined ? 'Opaque, for userinfo' : 'JWT, for the API'
  const problem = accessProblem(session, now)
  if (problem === undefined) {
    const end = expiresAt === undefined ? '' : html`, expires in ${span(expiresAt - now)} (${clock(expiresAt)} UTC)`
    return html`<span class="badge good">valid</span> ${kind}${end}`
  }
  const state = session.ended !== undefined ? 'ended' : session.refused === true ? 'refused' : 'expired'
  return html`<span class="badge bad">${state}</span> ${session.ended ?? problem}`
}

function refreshView({ tokens, ended, refreshed }: ClientSession): Html {
  if (tokens.refreshToken === undefined) return html`None.`
  if (ended !== undefined) return html`<span class="badge bad">ended</span> ${ended}`
  const used = refreshed === 0 ? 'Not used yet.' : refreshed === 1 ? 'Used once.' : `Used ${refreshed} times.`
  return html`<span class="badge good">valid</span> Kept by this application's server. ${used}`
}

/** The way on for a user whose tokens have ended. */
function againView({ resource }: ClientSession, formToken: Html): Html {
  return html`<form method="post" action="/client/sign-in" class="card">
${formToken}
<input type="hidden" name="token" value="${resource === undefined ? 'opaque' : 'jwt'}">
<h2>Your access has ended</h2>
<p>You are still signed in here, but this application can do nothing for you any more.</p>
<button type="submit">Sign in again</button>
</form>`
}

function groupView({ title, actions }: ActionGroup): Html {
  return html`<div class="group"><h3>${title}</h3>
<ul>
${actions.map(actionView)}
</ul></div>
`
}

function actionView({ path, label, about, unavailable }: Action): Html {
  const id = `about-${path}`
  return html`<li><p id="${id}"${unavailable === undefined ? '' : html` class="reason"`}>${unavailable ?? about}</p>
<button type="submit" class="quiet" formaction="/client/${path}" aria-describedby="${id}"${unavailable === undefined ? '' : html` disabled`}>${label}</button></li>
`
}

/** What this application has learned, folded. */
function knownView({ claims, userinfo, tokens, resource }: ClientSession): Html {
  const decoded = resource === undefined ? undefined : decodeJwtParts(tokens.accessToken)
  return html`<section class="card known" aria-labelledby="known">
<h2 id="known">What this application knows</h2>
<details><summary>ID token</summary>
<p>Who you are, said by Example ID to this application.</p>
${claimTable('Claims of the ID token', claims)}
</details>
<details><summary>Userinfo</summary>
<p>The same person, asked for with the access token.</p>
${claimTable('Userinfo', record(userinfo))}
</details>
<details><summary>Access token</summary>
${
  decoded === undefined
    ? html`<p>Opaque: ${tokens.accessToken.length} characters that mean nothing to anybody but Example ID.</p>`
    : html`<p>A JWT for the API at <code>${resource}</code>. An application need not look inside; here it does.</p>
<h3>Header</h3>
${claimTable('Header of the access token', decoded.header)}
<h3>Claims</h3>
${claimTable('Claims of the access token', decoded.claims)}`
}
</details>
</section>`
}

/** Says how long something lasts, for people. */
function span(seconds: number): string {
  if (seconds < 90) return `${seconds} seconds`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(11, 16)
}

function initials(name: string): string {
  const [first = '', ...others] = name.split(/\s+/).map((word) => [...word][0] ?? '')
  return (first + (others.at(-1) ?? '')).toUpperCase()
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
