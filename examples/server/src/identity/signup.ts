import type { LoginContext } from '@oauth/core'
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { field } from '../web/field.ts'
import { readForm } from '../web/form.ts'
import { refusedForm } from '../web/form-guard.ts'
import { alert, respond } from '../web/layout.ts'
import { type Host, signIn, withQuery } from './host.ts'
import { destination } from './login.ts'

interface Problems {
  readonly form?: string
  readonly name?: string
  readonly email?: string
  readonly password?: string
}

interface Typed {
  readonly name: string
  readonly email: string
}

/** The sign-up page. Creates an account, signs the user in, and continues the authorization, if there is one. */
export function signupPage(host: Host): Hono {
  const pages = new Hono()

  pages.get('/signup', async (c) => {
    const context = await host.provider.tryResolveLoginContext(c.req.raw)
    if (context !== undefined && context.intent === 'consent') return c.redirect(context.returnTo, 303)
    return respond(c, 200, view(c, context, { name: '', email: context?.loginHint ?? '' }, {}))
  })

  pages.post('/signup', async (c) => {
    const context = await host.provider.tryResolveLoginContext(c.req.raw)
    const form = await readForm(c)
    const typed = { name: form.get('name').trim(), email: form.get('email').trim() }
    const password = form.get('password')
    const again = (status: 403 | 422, problems: Problems) => respond(c, status, view(c, context, typed, problems))

    if (!host.guard.accepts(c, form)) return again(403, { form: refusedForm(host.baseUrl) })
    const problems = check(typed, password)
    if (Object.keys(problems).length > 0) return again(422, { form: 'Please correct the fields below.', ...problems })

    const user = await host.users.create({ ...typed, password })
    if (user === undefined)
      return again(422, {
        form: 'Please correct the fields below.',
        email: 'There is already an account with this address.',
      })
    return signIn(c, host, user, context)
  })

  function view(c: Context, context: LoginContext | undefined, typed: Typed, problems: Problems) {
    return {
      party: 'identity',
      title: 'Create an account',
      body: html`<h1>Create an account</h1>
${destination(c, context)}
${alert(problems.form)}
<form method="post" action="${withQuery(c, '/signup')}">
${host.guard.field(c)}
${field({ name: 'name', label: 'Name', type: 'text', autocomplete: 'name', value: typed.name, error: problems.name, autofocus: true })}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: typed.email, error: problems.email })}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'new-password', error: problems.password, hint: 'At least 10 characters.' })}
<button type="submit">Create account</button>
</form>
<p class="aside">Do you have an account? <a href="${withQuery(c, '/login')}">Sign in</a></p>`,
    } as const
  }

  return pages
}

function check(typed: Typed, password: string): Problems {
  return {
    ...(typed.name === '' || typed.name.length > 200 ? { name: 'Enter your name, in at most 200 characters.' } : {}),
    ...(/^[^\s@]+@[^\s@]+$/.test(typed.email) && typed.email.length <= 200
      ? {}
      : { email: 'Enter an e-mail address.' }),
    ...(password.length < 10 || password.length > 200 ? { password: 'Use 10 to 200 characters.' } : {}),
  }
}
