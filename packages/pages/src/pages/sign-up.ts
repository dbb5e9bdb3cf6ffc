import type { Form } from '../forms/form.ts'
import { checkSignUp } from '../host-answers.ts'
import { html } from '../http/html.ts'
import type { Answer } from '../http/response.ts'
import type { SignUpProblems } from '../options.ts'
import { beginSession } from '../sessions/begin-session.ts'
import { accepts, type Page, type Site, show, tokenInput, type Visit } from '../site.ts'
import type { AllTexts } from '../texts/english.ts'
import { fill } from '../texts/fill.ts'
import { logoOf } from '../views/client.ts'
import { alert, type Field, field } from '../views/fields.ts'
import { afterSignIn, duePage, linkTo } from '../ways.ts'
import { cancel, lead } from './login.ts'

type Problems = SignUpProblems['problems']

interface Typed {
  readonly name: string
  readonly email: string
}

/** The shortest password in characters. Hosts that demand more answer with `problems`. */
const shortest = 10

/** The sign-up page: makes an account, signs the user in, and continues. */
export const signUpPage: Page = {
  isStep: true,

  async get(site, visit) {
    const { context } = visit
    if (site.users.signUp === undefined) return { location: linkTo(site.paths.login, visit) }
    if (context !== undefined && context.intent !== 'login' && context.intent !== 'create') {
      return { location: duePage(context) }
    }
    return view(site, visit, 200, { name: '', email: context?.loginHint ?? '' }, {})
  },

  async post(site, visit, form) {
    const { texts } = visit.language
    if (site.users.signUp === undefined) return { location: linkTo(site.paths.login, visit) }
    const typed = { name: read(form, 'name'), email: read(form, 'email') }
    const again = (status: number, problems: Problems) => view(site, visit, status, typed, problems)
    if (!(await accepts(site, visit, 'signUp', form))) return again(403, { form: texts.formRefused })
    const password = form.get('password')
    const problems = check(typed, password, texts)
    if (Object.keys(problems).length > 0) return again(422, { form: texts.correctBelow, ...problems })
    const { request } = visit
    const attempt = { kind: 'sign_up', email: typed.email.toLowerCase(), request } as const
    if ((await site.attempts.begin(attempt)) !== true) return again(429, { form: texts.tooManyTries })
    const made = checkSignUp(await site.users.signUp({ ...typed, password }, request))
    if (made === undefined) return again(422, { form: texts.correctBelow, email: texts.emailTaken })
    if ('problems' in made) return again(422, { form: texts.correctBelow, ...made.problems })
    return { location: afterSignIn(site, visit), cookies: await beginSession(site, visit, made) }
  },
}

function read(form: Form, name: string): string {
  return form.get(name).trim().slice(0, 1000)
}

function check({ name, email }: Typed, password: string, texts: AllTexts): Problems {
  const isRightLength = password.length >= shortest && password.length <= 200
  return {
    ...((name === '' || name.length > 200) && { name: texts.nameMissing }),
    ...(!(/^[^\s@]+@[^\s@]+$/.test(email) && email.length <= 200) && { email: texts.emailWrong }),
    ...(!isRightLength && { password: texts.passwordLength.replace('{count}', String(shortest)) }),
  }
}

async function view(site: Site, visit: Visit, status: number, typed: Typed, problems: Problems): Promise<Answer> {
  const { language, context } = visit
  const { texts } = language
  const first = (['name', 'email', 'password'] as const).find((name) => problems[name] !== undefined) ?? 'name'
  const fields: readonly Field[] = [
    {
      ...{ name: 'name', label: texts.name, type: 'text', autocomplete: 'name' },
      ...{ value: typed.name, error: problems.name, autofocus: first === 'name' },
    },
    {
      ...{ name: 'email', label: texts.email, type: 'text', autocomplete: 'username', inputmode: 'email' },
      ...{ value: typed.email, error: problems.email, autofocus: first === 'email' },
    },
    {
      ...{ name: 'password', label: texts.password, type: 'password', autocomplete: 'new-password' },
      ...{ error: problems.password, autofocus: first === 'password' },
      hint: texts.passwordHint.replace('{count}', String(shortest)),
    },
  ]
  const body = html`${lead(site, visit, texts.signUpTitle)}
${alert(problems.form, fields)}
<form method="post" action="${linkTo(site.paths.signUp, visit)}">
${await tokenInput(site, visit, 'signUp')}
${fields.map(field)}
<p><button type="submit" class="wide">${texts.signUpButton}</button></p>
</form>
<p class="aside">${fill(texts.haveAccount, {})} <a href="${linkTo(site.paths.login, visit)}">${texts.loginTitle}</a></p>
${cancel(context, language)}`
  const logo = context && logoOf(site, context)
  return show(site, visit, status, { title: texts.signUpTitle, body, ...(logo !== undefined && { pictures: [logo] }) })
}
