import type { LoginContext } from '@oauth/core'
import { checkUser } from '../host-answers.ts'
import { type Html, html } from '../http/html.ts'
import type { Answer } from '../http/response.ts'
import { beginSession } from '../sessions/begin-session.ts'
import { accepts, isOver, type Page, type Site, show, tokenInput, type Visit } from '../site.ts'
import { fill } from '../texts/fill.ts'
import { type Language, wordsIn } from '../texts/languages.ts'
import { clientName, logoOf, mark } from '../views/client.ts'
import { alert, type Field, field, notice } from '../views/fields.ts'
import { userName } from '../views/user.ts'
import { afterSignIn, duePage, isSwitch, linkTo } from '../ways.ts'
import { overPage } from './over.ts'

interface Problem {
  readonly status: 403 | 422 | 429
  readonly text: string
  readonly email?: string | undefined
  readonly password?: string | undefined
}

/** The login page. The provider sends the browser here, and the page sends it back. Users may also open it themselves. */
export const loginPage: Page = {
  isStep: true,

  async get(site, visit) {
    const { context, signedIn } = visit
    // The user went back in the history. This step is done, so the provider chooses the next one.
    if (context !== undefined && !isStepOf(context) && !isSwitch(visit)) return { location: duePage(context) }
    // Without an authorization, a user with a session need not sign in again. With one (`prompt=login`, `max_age`), the form
    // is shown even so, and nothing on it leads around the password.
    const isAlone = context === undefined && signedIn !== undefined && !isSwitch(visit)
    if (isAlone && isOver(visit)) return overPage(site, visit)
    if (isAlone) return { location: afterSignIn(site, visit), cookies: visit.cookies }
    return view(site, visit, 200, known(site, visit))
  },

  async post(site, visit, form) {
    const { texts } = visit.language
    const email = form.get('email').trim().slice(0, 200).trimEnd()
    const password = form.get('password')
    const again = (problem: Problem) => view(site, visit, problem.status, email, problem)
    if (!(await accepts(site, visit, 'login', form))) return again({ status: 403, text: texts.formRefused })
    if (email === '' || password === '') {
      return again({
        status: 422,
        text: texts.correctBelow,
        ...(email === '' && { email: texts.emailMissing }),
        ...(password === '' && { password: texts.passwordMissing }),
      })
    }
    const { request } = visit
    const attempt = { kind: 'sign_in', email: email.toLowerCase(), request } as const
    if ((await site.attempts.begin(attempt)) !== true) return again({ status: 429, text: texts.tooManyTries })
    const user = checkUser('users.authenticate', await site.users.authenticate({ email, password }, request))
    if (user === undefined) return again({ status: 422, text: texts.wrongPassword })
    await site.attempts.succeeded(attempt)
    return { location: afterSignIn(site, visit), cookies: await beginSession(site, visit, user) }
  },
}

function isStepOf({ intent }: LoginContext): boolean {
  return intent === 'login' || intent === 'create'
}

/** The address that the form begins with: the one that the client expects, or that of the user who is asked again. */
function known(site: Site, visit: Visit): string {
  return visit.context?.loginHint ?? (isAgain(site, visit) ? detailOf(site, visit) : '')
}

/** Whether the user who is signed in is asked for the password once more. */
function isAgain(site: Site, visit: Visit): boolean {
  const { context, signedIn } = visit
  if (context === undefined || signedIn === undefined || context.intent !== 'login' || isSwitch(visit)) return false
  return context.loginHint === undefined || context.loginHint === detailOf(site, visit)
}

function detailOf(site: Site, { signedIn }: Visit): string {
  return signedIn === undefined ? '' : (site.show(signedIn.user).detail ?? '')
}

async function view(site: Site, visit: Visit, status: number, email: string, problem?: Problem): Promise<Answer> {
  const { language, context } = visit
  const { texts } = language
  const again = isAgain(site, visit)
  const title = again ? texts.loginAgainTitle : texts.loginTitle
  const onEmail = email === '' || problem?.email !== undefined
  const fields: readonly Field[] = [
    {
      ...{ name: 'email', label: texts.email, type: 'text', autocomplete: 'username', inputmode: 'email' },
      ...{ value: email, error: problem?.email, autofocus: onEmail },
    },
    {
      ...{ name: 'password', label: texts.password, type: 'password', autocomplete: 'current-password' },
      ...{ error: problem?.password, autofocus: !onEmail },
    },
  ]
  const body = html`${lead(site, visit, title, { again, alone: texts.loginPlain })}
${alert(problem?.text, fields)}
<form method="post" action="${linkTo(site.paths.login, visit, isSwitch(visit) ? { switch: '1' } : {})}">
${await tokenInput(site, visit, 'login')}
${fields.map(field)}
<p><button type="submit" class="wide">${again ? texts.confirmButton : texts.loginButton}</button></p>
</form>
${site.forgotPasswordUrl === undefined ? '' : html`<p><a href="${site.forgotPasswordUrl}">${texts.forgotPassword}</a></p>`}
${
  again
    ? html`<p class="aside"><a href="${linkTo(site.paths.login, visit, { switch: '1' })}">${texts.useAnother}</a></p>`
    : site.users.signUp === undefined
      ? ''
      : html`<p class="aside">${texts.noAccount} <a href="${linkTo(site.paths.signUp, visit)}">${texts.createAccount}</a></p>`
}
${cancel(context, language)}
${site.loginNote === undefined ? '' : html`<p class="aside">${wordsIn(site.loginNote, language)}</p>`}`
  const logo = context && logoOf(site, context)
  return show(site, visit, status, { title, body, ...(logo !== undefined && { pictures: [logo] }) })
}

interface LeadOptions {
  /** Whether the user is signed in, and the client asks for the password once more. */
  readonly again?: boolean
  /** The sentence below the heading when no application sent the user. */
  readonly alone?: string
}

/** The heading of login and sign-up, and which application the user goes on to. Only its host is verified. */
export function lead(site: Site, visit: Visit, title: string, { again = false, alone }: LeadOptions = {}): Html {
  const { context, signedIn, language } = visit
  const { texts } = language
  if (context === undefined) {
    if (isOver(visit)) return html`<h1>${title}</h1>\n${notice(texts.requestOverNotice)}`
    return html`<h1>${title}</h1>${alone === undefined ? '' : html`\n<p class="lead">${alone}</p>`}`
  }
  const client = html`<strong>${clientName(context)}</strong>`
  const host = context.clientIdHost ?? context.redirectHost
  const text =
    again && signedIn !== undefined
      ? fill(texts.loginAgain, { user: userName(site, signedIn.user), client })
      : fill(texts.loginTo, { client })
  return html`<div class="client">${mark(context, logoOf(site, context))}<h1>${title}</h1></div>
<p class="lead">${text}${host === '' || again ? '' : html` <span class="host"><bdi>${host}</bdi></span>`}</p>`
}

/** The way back to the client without signing in. A device has no place to go back to. */
export function cancel(context: LoginContext | undefined, { texts }: Language): Html {
  if (context === undefined || context.completion !== 'code') return html``
  return html`<div class="aside"><form method="post" action="${context.consentEndpoint}">
<input type="hidden" name="state" value="${context.state}">
<button type="submit" name="accept" value="false" class="plain">${fill(texts.cancel, { client: clientName(context) })}</button>
</form></div>`
}
