import type { BaseUser, LoginContext } from '@oauth/core'
import { checkCookies, checkUser } from '../host-answers.ts'
import { type Html, html } from '../http/html.ts'
import type { Answer } from '../http/response.ts'
import { accepts, isOver, type Page, type Site, show, tokenInput, type Visit } from '../site.ts'
import { fill } from '../texts/fill.ts'
import type { Language } from '../texts/languages.ts'
import { clientName, logoOf, mark } from '../views/client.ts'
import { alert } from '../views/fields.ts'
import { accountLinks, userName } from '../views/user.ts'
import { duePage, homeOf, linkTo, loginUrl } from '../ways.ts'
import { cancel } from './login.ts'
import { overPage } from './over.ts'

/**
 * The page on which a user chooses the account to continue with (`prompt=select_account`). Opened by itself, it shows the accounts
 * of this browser.
 */
export const accountsPage: Page = {
  isStep: true,

  async get(site, visit) {
    const elsewhere = await otherPage(site, visit)
    return elsewhere ?? view(site, visit, 200)
  },

  async post(site, visit, form) {
    const elsewhere = await otherPage(site, visit)
    const { context, signedIn, request, language } = visit
    if (elsewhere !== undefined || signedIn === undefined) return elsewhere ?? overPage(site, visit)
    const location = context?.returnTo ?? homeOf(site)
    if (!(await accepts(site, visit, 'accounts', form))) return view(site, visit, 403, language.texts.formRefused)
    const chosen = form.get('account')
    if (chosen === signedIn.user.id) return { location }
    const accounts = await accountsOf(site, visit)
    if (!accounts.some(({ id }) => id === chosen)) return view(site, visit, 422, language.texts.correctBelow)
    const cookies = checkCookies('sessions.choose', await site.sessions.choose?.(chosen, request))
    return { location, cookies }
  },
}

/** Where the browser belongs when it is not here that a choice is due. */
async function otherPage(site: Site, visit: Visit): Promise<Answer | undefined> {
  const { context, signedIn } = visit
  if (isOver(visit)) return overPage(site, visit)
  if (context === undefined) {
    return signedIn === undefined ? { location: loginUrl(site, site.paths.accounts) } : undefined
  }
  if (context.intent !== 'select_account') return { location: duePage(context) }
  return signedIn === undefined ? { location: linkTo(site.paths.login, visit, { switch: '1' }) } : undefined
}

/** The accounts of this browser, the current one first. */
async function accountsOf({ sessions }: Site, { signedIn, request }: Visit): Promise<readonly BaseUser[]> {
  const current = signedIn === undefined ? [] : [signedIn.user]
  const others = ((await sessions.accounts?.(request)) ?? [])
    .map((user) => checkUser('sessions.accounts', user))
    .filter((user) => user !== undefined && user.id !== signedIn?.user.id) as BaseUser[]
  return [...current, ...others]
}

async function view(site: Site, visit: Visit, status: number, error?: string): Promise<Answer> {
  const { context, language } = visit
  const { texts } = language
  const accounts = await accountsOf(site, visit)
  const logo = context && logoOf(site, context)
  const body = html`${context === undefined ? alone(site, visit) : lead(context, language, logo)}
${alert(error)}
<form method="post" action="${linkTo(site.paths.accounts, visit)}">
${await tokenInput(site, visit, 'accounts')}
${accounts.map(
  (user) =>
    html`<button type="submit" name="account" value="${user.id}" class="account quiet">${userName(site, user)}</button>\n`,
)}</form>
<p class="aside"><a href="${linkTo(site.paths.login, visit, { switch: '1' })}">${texts.useAnother}</a></p>
${context === undefined ? accountLinks(site, language, site.paths.accounts) : cancel(context, language)}`
  return show(site, visit, status, {
    title: texts.accountsTitle,
    body,
    ...(logo !== undefined && { pictures: [logo] }),
  })
}

function lead(context: LoginContext, { texts }: Language, logo: string | undefined): Html {
  const client = html`<strong>${clientName(context)}</strong>`
  return html`<div class="client">${mark(context, logo)}<h1>${texts.accountsTitle}</h1></div>
<p class="lead">${fill(texts.accountsTo, { client })}</p>`
}

/** The heading for a user who comes from no application. */
function alone(site: Site, { signedIn, language: { texts } }: Visit): Html {
  const user = signedIn === undefined ? '' : fill(texts.signedInAs, { user: userName(site, signedIn.user) })
  return html`<h1>${texts.accountsTitle}</h1>
<p class="lead">${user}</p>`
}
