import { html } from 'hono/html'
import { describeScope } from '../identity/scopes.ts'
import { checkboxes, field } from '../web/field.ts'
import { alert, type Html, type Page } from '../web/layout.ts'
import { type Draft, offeredScopes, type Problems } from './draft.ts'
import { type KindOfApplication, signsUsersIn } from './kinds.ts'

export interface ApplicationForm {
  readonly title: string
  readonly kind: KindOfApplication
  readonly apiScopes: readonly string[]
  readonly draft: Draft
  readonly problems: Problems
  readonly action: string
  readonly button: string
  /** The page to which the link below the form leads. */
  readonly back: { readonly url: string; readonly text: string }
  readonly formToken: Html
}

/** The form of a new application, and of changes of an existing one. */
export function formView(form: ApplicationForm): Page {
  const { kind, draft, problems, back } = form
  const general = Object.keys(problems).length > 0 ? (problems.form ?? 'Please correct the fields below.') : undefined
  return {
    party: 'identity',
    title: general === undefined ? form.title : `Error: ${form.title}`,
    body: html`<h1>${form.title}</h1>
<p class="lead">${kind.name}. ${kind.description}</p>
${alert(general)}
<form method="post" action="${form.action}">
${form.formToken}
${field({ name: 'name', label: 'Name', type: 'text', autocomplete: 'off', value: draft.name, error: problems.name, hint: 'Users read it when they are asked for access.', autofocus: first(problems) === 'name' })}
${signsUsersIn(kind) ? redirectUris(form) : ''}
${scopes(form)}
<button type="submit">${form.button}</button>
</form>
<p class="aside"><a href="${back.url}">${back.text}</a></p>`,
  }
}

function redirectUris({ kind, draft, problems }: ApplicationForm): Html {
  return field({
    ...{ name: 'redirect_uris', label: 'Redirect URIs', type: 'lines', autocomplete: 'off' },
    ...{ value: draft.redirectUris, error: problems.redirectUris, hint: kind.redirectHint },
    autofocus: first(problems) === 'redirectUris',
  })
}

function scopes({ kind, apiScopes, draft, problems }: ApplicationForm): Html | '' {
  const offered = offeredScopes(kind, apiScopes)
  if (offered.length === 0) return ''
  // Also those that the application has, or asked for, beyond the offered ones: nothing is lost unseen.
  const all = [...new Set([...offered, ...draft.scopes])]
  return checkboxes({
    name: 'scope',
    label: 'Scopes',
    choices: all.map((value) => ({ value, label: describeScope(value), checked: draft.scopes.includes(value) })),
    error: problems.scopes,
    hint: 'What the application may ask for, in the words that its users read.',
  })
}

/** Returns the field that gets the focus: the first one with an error, or else the name. */
function first({ name, redirectUris, scopes }: Problems): 'name' | 'redirectUris' | undefined {
  if (name !== undefined) return 'name'
  if (redirectUris !== undefined) return 'redirectUris'
  return scopes === undefined ? 'name' : undefined
}
