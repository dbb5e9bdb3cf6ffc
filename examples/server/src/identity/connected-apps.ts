import type { ConnectedApp } from '@oauth/core'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { alert, type Html, respond } from '../web/layout.ts'
import type { Host } from './host.ts'
import { describeScope } from './scopes.ts'
import type { User } from './users.ts'

/** The page that shows the applications to which a user has given access, and lets the user withdraw it. */
export function connectedAppsPage(host: Host): Hono {
  const pages = new Hono()

  pages.get('/connected-apps', async (c) => {
    const signedIn = await host.sessions.current(c.req.raw)
    if (signedIn === undefined) return c.redirect('/login', 303)
    return respond(c, 200, await view(c, signedIn.user))
  })

  pages.post('/connected-apps', async (c) => {
    const signedIn = await host.sessions.current(c.req.raw)
    if (signedIn === undefined) return c.redirect('/login', 303)
    const form = await readForm(c)
    if (!host.guard.accepts(c, form)) return respond(c, 403, await view(c, signedIn.user, refusedForm(host.baseUrl)))
    await host.provider.disconnectApp(signedIn.user.id, form.get('client_id'))
    return c.redirect('/connected-apps?withdrawn', 303)
  })

  async function view(c: Context, user: User, error?: string) {
    const apps = await host.provider.listConnectedApps(user.id)
    // Use one field for all forms, because each call of the guard may make a new token.
    const formToken = host.guard.field(c)
    return {
      party: 'identity',
      title: 'Connected apps',
      body: html`<h1>Connected apps</h1>
<p class="lead">Here you see which applications can use the Example ID account of <strong>${user.name}</strong> <span class="host">${user.email}</span></p>
${alert(error)}
${error !== undefined || c.req.query('withdrawn') === undefined ? '' : html`<p class="notice" role="status">${withdrawn}</p>`}
${apps.length === 0 ? html`<p>No application has access.</p>` : apps.map((app, index) => section(app, approvedIn(app), { index, formToken }))}
<p class="aside"><a href="/">Start page</a> <a href="/logout">Sign out</a></p>`,
    } as const
  }

  /** The payments that the user has approved, in sentences. */
  function approvedIn({ grants }: ConnectedApp): readonly string[] {
    const shown = grants.flatMap((grant) => host.provider.features.richAuthorizationRequests.shown(grant))
    return shown.flatMap(({ description }) => description ?? [])
  }

  return pages
}

const withdrawn =
  'Access is withdrawn. The application must ask you before it gets access again. It may have kept what it has already read.'

function section(
  app: ConnectedApp,
  approved: readonly string[],
  { index, formToken }: { readonly index: number; readonly formToken: Html },
): Html {
  const id = `app-${index}`
  return html`<section aria-labelledby="${id}">
<h2 id="${id}"><span class="client-name">${app.clientName}</span></h2>
<p>${
    app.expiresAt === undefined
      ? html`You gave it access on ${time(app.firstGrantedAt, days)}. It has no access now. It gets access again when you sign in there, and you will not be asked.`
      : html`It has access since ${time(app.firstGrantedAt, days)}. The access ends on ${time(app.expiresAt, minutes)} UTC.`
  }${app.offlineAccess ? ' It keeps the access while you are signed out.' : ''}</p>
${app.grants.length === 0 ? '' : html`<p>It got the access when ${app.via.map(whatMadeIt).join(', and when ')}. Last time: ${time(app.lastGrantedAt, minutes)} UTC.</p>`}
${app.selfRegistered ? html`<p>Nobody has checked the name of this application.</p>` : ''}
<ul class="scopes" aria-labelledby="${id}">
${app.scopes.map((scope) => html`<li>${describeScope(scope)} <code>${scope}</code></li>`)}
${approved.map((sentence) => html`<li>${sentence}</li>`)}
</ul>
${app.initiateLoginUrl === undefined ? '' : html`<p><a href="${app.initiateLoginUrl}" rel="noopener noreferrer">Open ${app.clientName}</a></p>`}
<details class="confirm">
<summary>Disconnect ${app.clientName}</summary>
<p>The application loses its access to your account at once${app.via.includes('device') ? ', on all devices' : ''}. You may stay signed in there for a while, and it may keep what it has already read. To use your account there again, you will be asked first.</p>
<form method="post" action="/connected-apps">
${formToken}
<input type="hidden" name="client_id" value="${app.clientId}">
<button type="submit">Yes, disconnect ${app.clientName}</button>
</form>
</details>
</section>`
}

/** Says in plain words what made a grant, to complete "It got the access when". */
function whatMadeIt(via: string): string {
  const known: Readonly<Record<string, string>> = {
    ciba: 'you approved what it asked for',
    code: 'you signed in there',
    device: 'you connected a device',
    firstPartyApps: 'you signed in inside the application',
    jwtBearer: 'an organisation vouched for you',
    tokenExchange: 'another service vouched for you',
  }
  return known[via] ?? 'you approved a request'
}

const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const minutes = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

function time(seconds: number, format: Intl.DateTimeFormat): Html {
  const date = new Date(seconds * 1000)
  return html`<time datetime="${date.toISOString()}">${format.format(date)}</time>`
}
