import { makeRequest } from '../world/cookies.ts'
import { type Draft, isForm, type Pair } from '../world/exchange.ts'
import { h } from './h.ts'

/** A form in which the reader changes a request. */
export interface Editor {
  readonly element: HTMLElement
  /** Returns the request that the form holds now. When that is none, the form says why, and this is `undefined`. */
  readonly read: () => Draft | undefined
}

export function editor(draft: Draft): Editor {
  const { origin, pathname, searchParams } = new URL(draft.url)
  const url = field('URL', origin + pathname)
  const query = pairs('Query', [...searchParams])
  const headers = pairs('Headers', draft.headers)
  const form = isForm(draft)
  const body = form ? pairs('Body', [...new URLSearchParams(draft.body ?? '')]) : undefined
  const text = h('textarea', { rows: 8, 'aria-label': 'Body', spellcheck: 'false' }, draft.body ?? '')
  const problem = h('p', { class: 'problem', role: 'alert' })
  const element = h(
    'div',
    { class: 'editor' },
    problem,
    h('label', { class: 'url' }, h('b', {}, draft.method), url),
    query.element,
    headers.element,
    body?.element,
    !form && draft.body !== undefined && h('figure', {}, h('figcaption', {}, 'Body'), text),
  )
  return {
    element,
    read() {
      const parameters = new URLSearchParams(query.read() as [string, string][]).toString()
      const { body: _, ...rest } = draft
      const written = form
        ? new URLSearchParams((body?.read() ?? []) as [string, string][]).toString()
        : draft.body === undefined
          ? undefined
          : text.value
      const edited: Draft = {
        ...rest,
        url: parameters === '' ? url.value : `${url.value}?${parameters}`,
        headers: headers.read(),
        ...(written !== undefined && { body: written }),
      }
      try {
        // A relative URL would be one of this page.
        makeRequest({ ...edited, url: new URL(edited.url).href })
        return edited
      } catch (error) {
        problem.textContent = `This cannot be sent: ${(error as Error).message}`
        return undefined
      }
    },
  }
}

const field = (label: string, value: string): HTMLInputElement =>
  h('input', { type: 'text', value, 'aria-label': label, spellcheck: 'false', autocomplete: 'off' })

function pairs(caption: string, initial: readonly Pair[]) {
  const rows: { readonly name: HTMLInputElement; readonly value: HTMLInputElement }[] = []
  const list = h('div', { class: 'rows' })
  const add = ([own, content]: Pair): HTMLInputElement => {
    const name = field(`${caption}: name`, own)
    const value = field(own === '' ? `${caption}: value` : own, content)
    const row = { name, value }
    rows.push(row)
    const remove = h('button', { type: 'button', class: 'remove', 'aria-label': `Remove ${own || 'this row'}` }, '×')
    const line = h('div', { class: 'row' }, name, value, remove)
    remove.addEventListener('click', () => {
      rows.splice(rows.indexOf(row), 1)
      line.remove()
    })
    list.append(line)
    return name
  }
  for (const pair of initial) add(pair)
  const more = h('button', { type: 'button', class: 'quiet' }, 'Add a row')
  more.addEventListener('click', () => add(['', '']).focus())
  return {
    element: h('fieldset', {}, h('legend', {}, caption), list, more),
    read: (): readonly Pair[] =>
      rows.filter(({ name }) => name.value !== '').map(({ name, value }) => [name.value, value.value]),
  }
}
