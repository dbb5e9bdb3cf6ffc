import MiniSearch, { type SearchResult } from 'minisearch'
import { findPassages } from '../build/find-passages.ts'
import { searchOptions } from '../build/search-options.ts'

const mostResults = 12

/** Opens the search with its button or a slash, and loads the index the first time. */
export function connectSearch(): void {
  const dialog = document.querySelector<HTMLDialogElement>('dialog.search')
  const input = dialog?.querySelector('input')
  const list = dialog?.querySelector('ol')
  const status = dialog?.querySelector<HTMLElement>('.status')
  if (!dialog || !input || !list || !status) return
  const root = document.body.dataset.root ?? './'
  let loading: Promise<MiniSearch> | undefined

  const open = (): void => {
    if (!dialog.open) dialog.showModal()
    input.select()
    loading ??= loadIndex(`${root}assets/search.json`)
    loading.then(show, () => {
      loading = undefined
      status.textContent = 'The search could not be loaded. Are you online?'
    })
  }
  const show = (index: MiniSearch): void => {
    const query = input.value.trim()
    const found = query === '' ? [] : findPassages(index, query)
    list.replaceChildren(...found.slice(0, mostResults).map((result) => entry(root, result)))
    status.textContent =
      query === '' ? '' : found.length === 0 ? `Nothing found for “${query}”.` : `${found.length} found`
  }

  for (const button of document.querySelectorAll('[data-search-open]')) button.addEventListener('click', open)
  input.addEventListener('input', () => loading?.then(show, () => undefined))
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return
    event.preventDefault()
    list.querySelector('a')?.click()
  })
  dialog.addEventListener('keydown', (event) => moveFocus(event, dialog, input))
  dialog.addEventListener('click', (event) => {
    // The dialog itself is only hit beside its content. A result on this page changes the anchor alone.
    if (event.target === dialog || (event.target as Element).closest('.results a')) dialog.close()
  })
  document.addEventListener('keydown', (event) => {
    const typing = (event.target as Element).closest('input, textarea, select, [contenteditable]')
    const wanted = (event.key === '/' && !typing) || (event.key === 'k' && (event.metaKey || event.ctrlKey))
    if (!wanted) return
    event.preventDefault()
    open()
  })
}

async function loadIndex(url: string): Promise<MiniSearch> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return MiniSearch.loadJSON(await response.text(), searchOptions)
}

function entry(root: string, { id, section, page, heading, excerpt }: SearchResult): HTMLElement {
  const item = document.createElement('li')
  const link = document.createElement('a')
  link.href = root + id
  for (const [name, text] of [
    ['where', heading === page ? section : `${section} › ${page}`],
    ['heading', heading],
    ['excerpt', excerpt],
  ] as const) {
    const part = document.createElement('span')
    part.className = name
    part.textContent = text
    link.append(part)
  }
  item.append(link)
  return item
}

/** Lets the arrow keys move between the field and the results. */
function moveFocus(event: KeyboardEvent, dialog: HTMLDialogElement, input: HTMLInputElement): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops: HTMLElement[] = [input, ...dialog.querySelectorAll<HTMLElement>('.results a')]
  const next = stops[stops.indexOf(document.activeElement as HTMLElement) + (event.key === 'ArrowDown' ? 1 : -1)]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
