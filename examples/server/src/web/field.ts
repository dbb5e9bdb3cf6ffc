import { html } from 'hono/html'
import type { Html } from './layout.ts'

export interface Field {
  readonly name: string
  readonly label: string
  readonly type: 'email' | 'password' | 'text'
  readonly autocomplete: string
  /** The earlier input, shown again after an error. A password is never sent back. */
  readonly value?: string
  readonly error?: string | undefined
  readonly hint?: string
  readonly autofocus?: boolean
}

/** Makes a labelled input. It is not `required`: the server checks the input and names what is missing. */
export function field(f: Field): Html {
  const notes = [f.error === undefined ? '' : `${f.name}-error`, f.hint === undefined ? '' : `${f.name}-hint`]
  const describedBy = notes.filter((id) => id !== '').join(' ')
  return html`<div class="field">
<label for="${f.name}">${f.label}</label>
<input id="${f.name}" name="${f.name}" type="${f.type}" value="${f.value ?? ''}" autocomplete="${f.autocomplete}"
  maxlength="200" autocapitalize="none" spellcheck="false"
  ${f.autofocus ? html`autofocus` : ''}
  ${f.error === undefined ? '' : html`aria-invalid="true"`}
  ${describedBy === '' ? '' : html`aria-describedby="${describedBy}"`}>
${f.hint === undefined ? '' : html`<p class="hint" id="${f.name}-hint">${f.hint}</p>`}
${f.error === undefined ? '' : html`<p class="error" id="${f.name}-error">${f.error}</p>`}
</div>`
}
