import { html } from 'hono/html'
import { blockView, inlineView } from './applications/guide-view.ts'
import { plain, readMarkdown } from './applications/markdown.ts'
import type { Html } from './web/layout.ts'

/** Shows a document: headings, paragraphs, lists, code and tables. Its first heading is the title of the page. */
export function documentView(markdown: string): Html {
  return html`${partsOf(markdown).map((part) => (part.isTable ? tableView(part.lines) : textView(part.lines)))}`
}

interface Part {
  readonly isTable: boolean
  readonly lines: string[]
}

/** Separates the tables from the rest. A line of code that begins with a bar is no table. */
function partsOf(markdown: string): readonly Part[] {
  const parts: Part[] = []
  let isCode = false
  for (const line of markdown.split('\n')) {
    if (/^ *```/.test(line)) isCode = !isCode
    const isTable = !isCode && line.startsWith('|')
    const last = parts.at(-1)
    if (last?.isTable === isTable) last.lines.push(line)
    else parts.push({ isTable, lines: [line] })
  }
  return parts
}

function textView(lines: readonly string[]): Html {
  return html`${readMarkdown(lines.join('\n')).map((block) => {
    if (block.type !== 'heading') return blockView(block, 'Code')
    if (block.level === 1) return html`<h1>${plain(block.text)}</h1>`
    return block.level === 2 ? html`<h2>${plain(block.text)}</h2>` : html`<h3>${plain(block.text)}</h3>`
  })}`
}

function tableView(lines: readonly string[]): Html {
  const [head = [], , ...rows] = lines.map(cellsOf)
  const isNamed = head.some((cell) => cell !== '')
  return html`<table>
${isNamed ? html`<thead><tr>${head.map((cell) => html`<th scope="col">${inlineView(cell)}</th>`)}</tr></thead>` : ''}
<tbody>
${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inlineView(cell)}</td>`)}</tr>\n`)}
</tbody>
</table>`
}

/** Returns the cells of a row. A bar in a cell is written with a backslash before it. */
function cellsOf(line: string): readonly string[] {
  const cells = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return cells.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}
