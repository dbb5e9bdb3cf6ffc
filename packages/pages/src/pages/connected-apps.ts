import type { BaseUser, ConnectedApp, SignedIn } from '@oauth/core'
import { type Html, html } from '../http/html.ts'
import type { Answer } from '../http/response.ts'
import { accepts, type Page, type Site, show, tokenInput, type Visit } from '../site.ts'
import { fill } from '../texts/fill.ts'
import { scopeList } from '../views/access.ts'
import { clientName, logoOf, mark } from '../views/client.ts'
import { detailTitles } from '../views/details.ts'
import { alert, notice } from '../views/fields.ts'
import { accountLinks, userName } from '../views/user.ts'
import { loginUrl } from '../ways.ts'

/** The page that shows the applications to which a user has given access, and takes it back. */
export const connectedAppsPage: Page = {
  isStep: false,

  async get(site, visit) {
    const { signedIn, query, language } = visit
    if (signedIn === undefined) return signInFirst(site)
    const said = query.has('disconnected') ? language.texts.disconnected : undefined
    return view(site, visit, 200, signedIn, notice(said))
  },

  async post(site, visit, form) {
    const { signedIn, language } = visit
    if (signedIn === undefined) return signInFirst(site)
    if (!(await accepts(site, visit, 'connectedApps', form))) {
      return view(site, visit, 403, signedIn, alert(language.texts.formRefused))
    }
    await site.provider.disconnectApp(signedIn.user.id, form.get('client_id'))
    return { location: `${site.paths.connectedApps}?disconnected=1` }
  },
}

function signInFirst(site: Site): Answer {
  return { location: loginUrl(site, site.paths.connectedApps) }
}

async function view(
  site: Site,
  visit: Visit,
  status: number,
  { user }: SignedIn<BaseUser>,
  said: Html,
): Promise<Answer> {
  const { language } = visit
  const { texts } = language
  const apps = await site.provider.listConnectedApps(user.id)
  const token = await tokenInput(site, visit, 'connectedApps')
  const logos = apps.map((app) => logoOf(site, app))
  const body = html`<h1>${texts.connectedTitle}</h1>
${said}
<p class="lead">${fill(texts.connectedLead, { user: userName(site, user) })}</p>
${
  apps.length === 0
    ? html`<p>${texts.noApps}</p>`
    : apps.map((app, index) => section(site, visit, app, { id: `app-${index}`, logo: logos[index], token }))
}
${accountLinks(site, language, site.paths.connectedApps)}`
  const pictures = logos.filter((logo) => logo !== undefined)
  return show(site, visit, status, { title: texts.connectedTitle, body, pictures })
}

interface Around {
  readonly id: string
  readonly logo: string | undefined
  readonly token: Html
}

function section(site: Site, { language, times }: Visit, app: ConnectedApp, { id, logo, token }: Around): Html {
  const { texts } = language
  const client = clientName(app)
  const claims = app.claims.map((name) => ({ name, essential: false }))
  const approved = app.grants.flatMap((grant) => detailTitles(site, grant.parameters ?? {}, language.tag))
  const access =
    app.expiresAt === undefined
      ? fill(texts.accessBefore, { date: times.day(app.firstGrantedAt) })
      : fill(texts.accessSince, { date: times.day(app.firstGrantedAt), until: times.minute(app.expiresAt) })
  return html`<section aria-labelledby="${id}">
<div class="client">${mark(app, logo)}<h2 id="${id}">${client}</h2></div>
<p>${access}${app.grants.length === 0 ? '' : html` ${fill(texts.lastTime, { time: times.minute(app.lastGrantedAt) })}`}${
    app.offlineAccess ? ` ${texts.offline}` : ''
  }</p>
${app.selfRegistered ? html`<p class="host">${texts.nameUnchecked}</p>` : ''}
<h3 class="host">${texts.mayDo}</h3>
${scopeList(site, language, { scopes: app.scopes, claims, label: id })}
${approved.length === 0 ? '' : html`<ul>${approved.map((title) => html`<li>${title}</li>\n`)}</ul>`}
${app.initiateLoginUrl === undefined ? '' : html`<p><a href="${app.initiateLoginUrl}" rel="noopener noreferrer">${fill(texts.open, { client })}</a></p>`}
<details>
<summary>${fill(texts.disconnect, { client })}</summary>
<p>${texts.disconnectText}</p>
<form method="post" action="${site.paths.connectedApps}">
${token}
<input type="hidden" name="client_id" value="${app.clientId}">
<button type="submit" class="danger">${fill(texts.disconnectSure, { client })}</button>
</form>
</details>
</section>
`
}
