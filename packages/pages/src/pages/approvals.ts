import { type BaseUser, OAuthError, type SignedIn } from '@oauth/core'
import type { BackchannelRequest } from '@oauth/core/features/backchannel-authentication'
import { html } from '../http/html.ts'
import type { Answer } from '../http/response.ts'
import { accepts, type Page, type Site, show, tokenInput, type Visit } from '../site.ts'
import { fill } from '../texts/fill.ts'
import { askedAccess } from '../views/access.ts'
import { clientName, logoOf, mark, unverified } from '../views/client.ts'
import { buttonTexts, detailsOf, detailsView, detailTitles } from '../views/details.ts'
import { alert, notice } from '../views/fields.ts'
import { accountLinks, userName } from '../views/user.ts'
import { notFoundPage } from './over.ts'

/**
 * The pages on which a user answers clients that ask through the back channel (the feature `ciba`): the list of what waits, and
 * one page for each request, to which the notification links.
 */
export const approvalsPage: Page = {
  isStep: false,

  async get(site, visit) {
    const { signedIn, id } = visit
    if (site.ciba === undefined) return notFoundPage(site, visit)
    if (signedIn === undefined) return signInFirst(site, id)
    if (id === undefined) return list(site, visit, await site.ciba.list(signedIn.user.id), signedIn)
    const request = await find(site, id, signedIn)
    return request === undefined ? over(site, visit) : view(site, visit, 200, request, signedIn)
  },

  async post(site, visit, form) {
    const { signedIn, id } = visit
    if (site.ciba === undefined || id === undefined) return notFoundPage(site, visit)
    if (signedIn === undefined) return signInFirst(site, id)
    const request = await find(site, id, signedIn)
    if (request === undefined) return over(site, visit)
    if (!(await accepts(site, visit, 'approvals', form))) {
      return view(site, visit, 403, request, signedIn, visit.language.texts.formRefused)
    }
    return decide(site, visit, request, signedIn, form.get('approve'))
  },
}

function signInFirst({ paths }: Site, id: string | undefined): Answer {
  const next = id === undefined ? paths.approvals : `${paths.approvals}/${id}`
  return { location: `${paths.login}?${new URLSearchParams({ next })}` }
}

/** Finds a request of this user. To any other user it does not exist. */
async function find({ ciba }: Site, id: string, { user }: SignedIn<BaseUser>): Promise<BackchannelRequest | undefined> {
  const request = await ciba?.find(id)
  return request?.userId === user.id ? request : undefined
}

async function decide(
  site: Site,
  visit: Visit,
  request: BackchannelRequest,
  signedIn: SignedIn<BaseUser>,
  said: string,
): Promise<Answer> {
  const { paths, ciba } = site
  if (said !== 'true' && said !== 'false') return { location: `${paths.approvals}/${request.id}` }
  const { user, session } = signedIn
  const approved = said === 'true'
  const { id, authTime, acr, amr } = session
  const decision = approved
    ? ({ approved, userId: user.id, session: { id, authTime, acr, amr } } as const)
    : ({ approved, userId: user.id } as const)
  try {
    if ((await ciba?.decide(request.id, decision)) !== 'decided') return over(site, visit)
  } catch (thrown) {
    if (!(thrown instanceof OAuthError && needsSignIn.has(thrown.code))) throw thrown
    return view(site, visit, 403, request, signedIn, visit.language.texts.signInAgain)
  }
  return { location: `${paths.approvals}?answer=${approved ? 'approved' : 'refused'}` }
}

/** The client demands a newer or a stronger sign-in than this session has. */
const needsSignIn: ReadonlySet<string> = new Set(['login_required', 'unmet_authentication_requirements'])

async function view(
  site: Site,
  visit: Visit,
  status: number,
  request: BackchannelRequest,
  { user }: SignedIn<BaseUser>,
  error?: string,
): Promise<Answer> {
  const { language, times } = visit
  const { texts } = language
  const logo = logoOf(site, request)
  const details = detailsOf(site, request.parameters, language.tag)
  const buttons = buttonTexts(details, { approve: texts.approve, refuse: texts.refuse })
  const { bindingMessage, scopes, resources } = request
  const asked = { grantedScopes: [], newScopes: scopes, claims: [], resources }
  const time = html`<time>${times.hour(request.requestedAt)}</time>`
  const body = html`<div class="client">${mark(request, logo)}<h1>${fill(texts.consentDetailsTitle, { client: clientName(request) })}</h1></div>
${alert(error)}
${unverified(request, language)}
<p class="who">${fill(texts.consentAccount, { user: userName(site, user) })}</p>
${bindingMessage === undefined ? '' : html`<p>${fill(texts.bindingMessage, { text: html`<strong class="code"><bdi>${bindingMessage}</bdi></strong>` })}</p>`}
${detailsView(details)}
${askedAccess(site, language, asked)}
<p>${fill(texts.answerUntil, { time, until: html`<time>${times.hour(request.expiresAt)}</time>` })}</p>
<p class="warning" role="note">${texts.approvalWarning}</p>
<form method="post" action="${`${site.paths.approvals}/${request.id}`}" class="choice">
${await tokenInput(site, visit, 'approvals')}
<button type="submit" name="approve" value="true">${buttons.approve}</button>
<button type="submit" name="approve" value="false" class="quiet">${buttons.refuse}</button>
</form>`
  const title = texts.consentDetailsTitle.replace('{client}', () => request.clientName)
  return show(site, visit, status, { title, body, ...(logo !== undefined && { pictures: [logo] }) })
}

function list(site: Site, visit: Visit, waiting: readonly BackchannelRequest[], { user }: SignedIn<BaseUser>): Answer {
  const { language, times, query } = visit
  const { texts } = language
  const answer = query.get('answer')
  const said = answer === 'approved' ? texts.approved : answer === 'refused' ? texts.refused : undefined
  const rows = waiting.map((request) => {
    const about = detailTitles(site, request.parameters, language.tag)
    return html`<li><a href="${`${site.paths.approvals}/${request.id}`}">${clientName(request)}${about.length === 0 ? '' : `: ${about.join(', ')}`}</a>
<br><small>${fill(texts.askedAt, { time: html`<time>${times.hour(request.requestedAt)}</time>` })}</small></li>\n`
  })
  const body = html`<h1>${texts.approvalsTitle}</h1>
${notice(said)}
<p class="lead">${fill(texts.approvalsLead, { user: userName(site, user) })}</p>
${rows.length === 0 ? html`<p>${texts.nothingWaits}</p>` : html`<ul>${rows}</ul>`}
<p><a href="${site.paths.approvals}">${texts.lookAgain}</a></p>
${accountLinks(site, language, site.paths.approvals)}`
  return show(site, visit, 200, { title: texts.approvalsTitle, body })
}

function over(site: Site, visit: Visit): Answer {
  const { texts } = visit.language
  const body = html`<h1>${texts.nothingToAnswerTitle}</h1>
<p>${texts.nothingToAnswerText}</p>
<p><a href="${site.paths.approvals}">${texts.approvalsTitle}</a></p>`
  return show(site, visit, 404, { title: texts.nothingToAnswerTitle, body })
}
