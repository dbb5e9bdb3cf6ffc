import { html } from 'hono/html'
import { alert, type Html, type Page } from '../web/layout.ts'
import { environmentLines } from './environment.ts'
import { type Guides, guidesFor } from './guide.ts'
import { codeView, guidesView } from './guide-view.ts'
import { kindOf, signsUsersIn } from './kinds.ts'
import { applicationPath, listPath, nameOf } from './list-view.ts'
import type { OwnClient } from './own-clients.ts'

export interface ApplicationPage {
  readonly client: OwnClient
  /** The new secret, on the one page that shows it. */
  readonly secret: string | undefined
  readonly issuer: string
  readonly apiUrl: string
  readonly apiScopes: readonly string[]
  readonly guides: Guides
  readonly formToken: Html
  readonly notice?: string | undefined
  readonly error?: string | undefined
}

/** The page of one application: what it is, the settings for its code, and the ways to change it. */
export function applicationView(page: ApplicationPage): Page {
  const { client, secret } = page
  const kind = kindOf(client)
  return {
    party: 'identity',
    title: nameOf(client),
    wide: true,
    body: html`<h1><span class="client-name">${nameOf(client)}</span></h1>
<p class="lead">${kind.name}</p>
${alert(page.error)}
${page.notice === undefined ? '' : html`<p class="notice" role="status">${page.notice}</p>`}
${client.disabled ? html`<p class="alert" role="note">This application is disabled: nobody can sign in to it, and the server refuses its tokens.</p>` : ''}
${secret === undefined ? '' : secretView(secret)}
${facts(client)}
<p><a href="${applicationPath(client.client_id)}/edit">Change name${signsUsersIn(kind) ? ', redirect URIs' : ''}${kind.kind === 'api' ? '' : ' or scopes'}</a></p>
<section aria-labelledby="settings">
<h2 id="settings">Settings</h2>
<p>Put these lines into the environment of your application, for instance into a file <code>.env</code> that you do not commit. A shell reads it with <code>set -a; . ./.env; set +a</code>, Node with <code>node --env-file=.env</code>.</p>
${codeView(settings(page), 'Settings of the application')}
${client.redirect_uris.length > 1 ? html`<p>The settings have the first redirect URI. Each registered one works.</p>` : ''}
${kind.kind === 'native' ? html`<p>An address such as <code>http://127.0.0.1/callback</code> stands for every port: put the one on which your program listens into the settings, for instance <code>http://127.0.0.1:8400/callback</code>.</p>` : ''}
</section>
<section aria-labelledby="code">
<h2 id="code">Code</h2>
${guidesView(guidesFor(page.guides, kind.kind))}
</section>
${manage(page)}
<p class="aside"><a href="${listPath}">Your applications</a> <a href="/">Start page</a></p>`,
  }
}

function secretView(secret: string): Html {
  return html`<section class="notice" role="status" aria-labelledby="secret">
<h2 id="secret">Client secret</h2>
<p>Copy it now. This page shows it only once, and Example ID keeps only its hash.</p>
${codeView(secret, 'Client secret')}
</section>`
}

function facts({ client_id, redirect_uris, scope, grant_types, resources = [], client_id_issued_at }: OwnClient): Html {
  const created = new Date(client_id_issued_at * 1000)
  const rows = [
    ['Client ID', html`${client_id}`],
    ['Redirect URIs', redirect_uris.length === 0 ? '' : html`${redirect_uris.map((uri) => html`<div>${uri}</div>`)}`],
    ['Resources', resources.length === 0 ? '' : html`${resources.map((resource) => html`<div>${resource}</div>`)}`],
    // An API asks for nothing: its scopes have no effect.
    ['Scopes', grant_types.length === 0 || scope === undefined ? '' : html`${scope}`],
    ['Created', html`<time datetime="${created.toISOString()}">${days.format(created)}</time>`],
  ] as const
  return html`<table>
<caption>About the application</caption>
<tbody>
${rows.map(([name, value]) => (value === '' ? '' : html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`))}
</tbody>
</table>`
}

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

function settings({ client, secret, issuer, apiUrl, apiScopes }: ApplicationPage): string {
  const scopes = (client.scope ?? '').split(' ')
  const callsApi = client.grant_types.length > 0 && apiScopes.some((scope) => scopes.includes(scope))
  return environmentLines({
    issuer,
    clientId: client.client_id,
    clientSecret: hasSecret(client) ? (secret ?? 'the-secret-that-you-have-copied') : undefined,
    redirectUri: client.redirect_uris[0],
    resource: callsApi ? apiUrl : client.resources?.[0],
  })
}

function hasSecret({ token_endpoint_auth_method: method }: OwnClient): boolean {
  return method.startsWith('client_secret_')
}

function manage({ client, formToken }: ApplicationPage): Html {
  const path = applicationPath(client.client_id)
  const button = (action: string, text: string) =>
    html`<form method="post" action="${path}/${action}">${formToken}<button type="submit" class="quiet">${text}</button></form>`
  return html`<section aria-labelledby="manage" class="manage">
<h2 id="manage">Manage</h2>
${
  hasSecret(client)
    ? html`<details><summary>New secret</summary>
<p>The old secret stops working at once.</p>
${button('rotate', 'Make a new secret')}
</details>`
    : ''
}
<details><summary>${client.disabled ? 'Enable' : 'Disable'}</summary>
${
  client.disabled
    ? html`<p>Users can sign in again, and tokens that have not expired work again.</p>
${button('enable', 'Enable the application')}`
    : html`<p>Nobody can sign in to it, and the server refuses its tokens, until you enable it again.</p>
${button('disable', 'Disable the application')}`
}
</details>
<details><summary>Delete</summary>
<p>Its tokens and the consents of its users end. You cannot undo this.</p>
${button('delete', 'Delete the application')}
</details>
</section>`
}
