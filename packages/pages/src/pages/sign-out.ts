import { checkCookies } from '../host-answers.ts'
import { html } from '../http/html.ts'
import type { Answer } from '../http/response.ts'
import { accepts, type Page, type Site, show, tokenInput, type Visit } from '../site.ts'
import { fill } from '../texts/fill.ts'
import { alert } from '../views/fields.ts'
import { userName } from '../views/user.ts'
import { homeOf } from '../ways.ts'

/** The sign-out page. It asks first, because a link on another site must not sign the user out. */
export const signOutPage: Page = {
  isStep: false,
  get: (site, visit) => view(site, visit, 200),

  async post(site, visit, form) {
    const { signedIn, request } = visit
    if (signedIn === undefined) return view(site, visit, 200)
    if (!(await accepts(site, visit, 'signOut', form))) return view(site, visit, 403, visit.language.texts.formRefused)
    const cookies = checkCookies('sessions.end', await site.sessions.end(request))
    // After the session has ended: the grants that end with it, and the clients that want to know.
    const { frames } = await site.provider.sessionEnded(signedIn.session.id)
    return signedOut(site, { ...visit, cookies: [...visit.cookies, ...cookies] }, frames)
  },
}

async function view(site: Site, visit: Visit, status: number, error?: string): Promise<Answer> {
  const { signedIn, language } = visit
  const { texts } = language
  if (signedIn === undefined) return signedOut(site, visit, [])
  const body = html`<h1>${texts.signOutTitle}</h1>
<p>${fill(texts.signedInAs, { user: userName(site, signedIn.user) })}</p>
${alert(error)}
<form method="post" action="${site.paths.signOut}">
${await tokenInput(site, visit, 'signOut')}
<button type="submit">${texts.signOut}</button>
</form>
<p class="aside"><a href="${homeOf(site)}">${texts.staySignedIn}</a></p>`
  return show(site, visit, status, { title: texts.signOutTitle, body })
}

function signedOut(site: Site, visit: Visit, frames: readonly string[]): Answer {
  const { texts } = visit.language
  const body = html`<h1>${texts.signedOutTitle}</h1>
<p role="status">${texts.signedOutText} ${texts.signedOutElsewhere}</p>
<p><a href="${site.paths.login}">${texts.loginTitle}</a></p>`
  return show(site, visit, 200, { title: texts.signedOutTitle, body, frames })
}
