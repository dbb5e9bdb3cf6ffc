import { html } from 'hono/html'
import type { Html } from './layout.ts'

export interface Field {
  readonly name: string
  readonly label: string
  /** `lines` is a text area. */
  readonly type: 'email' | 'password' | 'text' | 'lines'
  readonly autocomplete: string
  /** The earlier input, shown again after an error. A password is never sent back. */
  readonly value?: string
  readonly error?: string | undefined
  readonly hint?: string | undefined
  readonly autofocus?: boolean
}

/** Makes a labelled input. It is not `required`: the server checks the input and names what is missing. */
export function field(f: Field): Html {
  const attributes = html`id="${f.name}" name="${f.name}" autocomplete="${f.autocomplete}"
  maxlength="${f.type === 'lines' ? 8000 : 200}" autocapitalize="none" spellcheck="false"
  ${f.autofocus ? html`autofocus` : ''}
  ${f.error === undefined ? '' : html`aria-invalid="true"`}
  ${describedBy(f)}`
  return html`<div class="field">
<label for="${f.name}">${f.label}</label>
${
  f.type === 'lines'
    ? // A browser drops the first line break of a text area.
      html`<textarea rows="${rowsFor(f.value)}" ${attributes}>
${f.value ?? ''}</textarea>`
    : html`<input type="${f.type}" value="${f.value ?? ''}" ${attributes}>`
}
${notes(f)}
</div>`
}

/** Returns the height of a text area: all lines, and one more to type, up to twelve. */
function rowsFor(value = ''): number {
  return Math.min(Math.max(value.split('\n').length + 1, 3), 12)
}

export interface Choices {
  readonly name: string
  readonly label: string
  readonly choices: readonly { readonly value: string; readonly label: string; readonly checked: boolean }[]
  readonly error?: string | undefined
  readonly hint?: string | undefined
}

/** Makes a labelled group of checkboxes. */
export function checkboxes(group: Choices): Html {
  return html`<fieldset class="field" ${describedBy(group)}>
<legend>${group.label}</legend>
${group.choices.map(
  ({
    value,
    label,
    checked,
  }) => html`<label class="option"><input type="checkbox" name="${group.name}" value="${value}"${checked ? html` checked` : ''}>
<span>${label}<small><code>${value}</code></small></span></label>`,
)}
${notes(group)}
</fieldset>`
}

type Noted = Pick<Field, 'name' | 'error' | 'hint'>

function describedBy({ name, error, hint }: Noted): Html | '' {
  const ids = [error === undefined ? [] : `${name}-error`, hint === undefined ? [] : `${name}-hint`].flat()
  return ids.length === 0 ? '' : html`aria-describedby="${ids.join(' ')}"`
}

function notes({ name, error, hint }: Noted): Html {
  return html`${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}
${error === undefined ? '' : html`<p class="error" id="${name}-error">${error}</p>`}`
}
