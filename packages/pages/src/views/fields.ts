import { type Html, html } from '../http/html.ts'

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'text' | 'password'
  /** What a password manager fills in. */
  readonly autocomplete: string
  /** The earlier input, shown again after an error. A password is never sent back. */
  readonly value?: string | undefined
  readonly error?: string | undefined
  readonly hint?: string | undefined
  readonly autofocus?: boolean
  readonly inputmode?: 'email' | undefined
}

/**
 * Makes a labelled input. It is not `required`: the server checks the input and says what is missing, in the language of the
 * page.
 */
export function field({ name, label, type, autocomplete, value, error, autofocus, inputmode, ...rest }: Field): Html {
  // The error says what the hint has said.
  const hint = error === undefined ? rest.hint : undefined
  const notes = [...(error === undefined ? [] : [`${name}-error`]), ...(hint === undefined ? [] : [`${name}-hint`])]
  return html`<div class="field">
<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" maxlength="200" autocapitalize="none" spellcheck="false"${
    type === 'password' ? '' : html` value="${value ?? ''}"`
  }${inputmode === undefined ? '' : html` inputmode="${inputmode}"`}${autofocus === true ? html` autofocus` : ''}${
    error === undefined ? '' : html` aria-invalid="true"`
  }${notes.length === 0 ? '' : html` aria-describedby="${notes.join(' ')}"`}>
${error === undefined ? '' : html`<p class="error" id="${name}-error">${error}</p>`}
${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
</div>`
}

/** Shows what went wrong, and links the fields that it is about. Screen readers announce it when the page opens. */
export function alert(text: string | undefined, fields: readonly Pick<Field, 'name' | 'error'>[] = []): Html {
  if (text === undefined) return html``
  const wrong = fields.filter(({ error }) => error !== undefined)
  const list = wrong.map(({ name, error }) => html`<li><a href="#${name}">${error}</a></li>`)
  return html`<div class="alert" role="alert"><p>${text}</p>${list.length < 2 ? '' : html`<ul>${list}</ul>`}</div>`
}

/** Tells that something was done. */
export function notice(text: string | undefined): Html {
  return text === undefined ? html`` : html`<p class="notice" role="status">${text}</p>`
}
