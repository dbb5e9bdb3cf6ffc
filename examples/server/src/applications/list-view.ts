import { html } from 'hono/html'
import type { Html, Page } from '../web/layout.ts'
import { applicationLimit } from './application-limit.ts'
import { kindOf, kinds } from './kinds.ts'
import type { OwnClient } from './own-clients.ts'

export const listPath = '/applications'

export function applicationPath(clientId: string): string {
  return `${listPath}/${encodeURIComponent(clientId)}`
}

export function nameOf({ client_name, client_id }: OwnClient): string {
  return client_name || client_id
}

/** The page with the applications of a developer. */
export function listView(clients: readonly OwnClient[], notice?: string): Page {
  return {
    party: 'identity',
    title: 'Your applications',
    body: html`<h1>Your applications</h1>
<p class="lead">Applications that you build, and that use Example ID to sign users in or to protect an API.</p>
${notice === undefined ? '' : html`<p class="notice" role="status">${notice}</p>`}
${clients.length === 0 ? html`<p>You have no applications yet.</p>` : list(clients)}
${
  clients.length >= applicationLimit
    ? html`<p>You have ${clients.length} applications, as many as one account may have. Delete one to make room.</p>`
    : html`<p><a class="button" href="${listPath}/new">New application</a></p>`
}
<p class="aside"><a href="/">Start page</a> <a href="/connected-apps">Connected apps</a> <a href="/logout">Sign out</a></p>`,
  }
}

function list(clients: readonly OwnClient[]): Html {
  const newestFirst = clients.toSorted((one, other) => other.client_id_issued_at - one.client_id_issued_at)
  return html`<ul class="rows">
${newestFirst.map(
  (client) => html`<li><a href="${applicationPath(client.client_id)}">${nameOf(client)}</a>
<small>${kindOf(client).name}${client.disabled ? ' · disabled' : ''}</small></li>`,
)}
</ul>`
}

/** The page that asks for the kind of a new application. */
export function kindView(): Page {
  return {
    party: 'identity',
    title: 'New application',
    body: html`<h1>What do you build?</h1>
<p class="lead">The kind decides whether your application has a secret and how it gets tokens. It cannot change later.</p>
<ul class="rows">
${kinds.map(
  ({ kind, name, description }) => html`<li><a href="${listPath}/new/${kind}">${name}</a>
<small>${description}</small></li>`,
)}
</ul>
<p class="aside"><a href="${listPath}">Your applications</a></p>`,
  }
}
