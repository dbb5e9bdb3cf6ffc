/** A piece of a Markdown document, as far as `docs/clients.md` uses Markdown. */
export type Block =
  | { readonly type: 'heading'; readonly level: number; readonly text: string }
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'list'; readonly items: readonly string[] }
  | { readonly type: 'code'; readonly language: string; readonly text: string }

/** Reads headings, paragraphs, lists and fenced code. It reads a table as a paragraph, and leaves out comments. */
export function readMarkdown(document: string): readonly Block[] {
  const blocks: Block[] = []
  const lines = document.replaceAll('\r', '').split('\n')
  for (let at = 0; at < lines.length; ) {
    const { block, next } = readBlock(lines, at)
    if (block !== undefined) blocks.push(block)
    at = next
  }
  return blocks
}

const fence = /^ *```+ *(\S*)/
const heading = /^(#{1,6}) +(.+?) *#*$/
const item = /^ *(?:[-*]|\d+\.) +/
const interrupts = (line: string) => line.trim() === '' || fence.test(line) || heading.test(line) || item.test(line)

function readBlock(lines: readonly string[], at: number): { readonly block?: Block; readonly next: number } {
  const line = lines[at] ?? ''
  if (line.trim() === '' || /^<!--.*-->$/.test(line.trim())) return { next: at + 1 }
  const opening = fence.exec(line)
  if (opening !== null) return readCode(lines, at, opening[1] ?? '')
  const title = heading.exec(line)
  if (title !== null) {
    const [, marks = '', text = ''] = title
    return { block: { type: 'heading', level: marks.length, text }, next: at + 1 }
  }
  if (item.test(line)) return readList(lines, at)
  const next = endOf(lines, at)
  return { block: { type: 'paragraph', text: joined(lines, at, next) }, next }
}

function readCode(lines: readonly string[], at: number, language: string) {
  const end = lines.findIndex((line, index) => index > at && /^ *```+ *$/.test(line))
  const close = end === -1 ? lines.length : end
  const block: Block = { type: 'code', language, text: lines.slice(at + 1, close).join('\n') }
  return { block, next: close + 1 }
}

function readList(lines: readonly string[], at: number) {
  const items: string[] = []
  let next = at
  while (item.test(lines[next] ?? '')) {
    const end = endOf(lines, next)
    items.push(joined(lines, next, end).replace(item, ''))
    next = end
  }
  const block: Block = { type: 'list', items }
  return { block, next }
}

/** Returns the line after the paragraph or item that begins in line `at`. */
function endOf(lines: readonly string[], at: number): number {
  let end = at + 1
  while (end < lines.length && !interrupts(lines[end] ?? '')) end++
  return end
}

function joined(lines: readonly string[], from: number, to: number): string {
  const texts = lines.slice(from, to).map((line) => line.trim())
  return texts.join(' ')
}

/** A piece of the text of a paragraph. */
export type Inline =
  | { readonly type: 'text' | 'code' | 'strong'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly url: string }

const inline = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g

/**
 * Reads code, bold text and links of a text. A link that is not https leads to another file of the documentation, which
 * this server does not have, so only its text stays.
 */
export function readInline(text: string): readonly Inline[] {
  const pieces: Inline[] = []
  let end = 0
  for (const match of text.matchAll(inline)) {
    const [all, code, strong, name, url] = match
    if (match.index > end) pieces.push({ type: 'text', text: text.slice(end, match.index) })
    if (code !== undefined) pieces.push({ type: 'code', text: code })
    else if (strong !== undefined) pieces.push({ type: 'strong', text: plain(strong) })
    else if (url?.startsWith('https://')) pieces.push({ type: 'link', text: plain(name ?? ''), url })
    else pieces.push(...readInline(name ?? ''))
    end = match.index + all.length
  }
  if (end < text.length) pieces.push({ type: 'text', text: text.slice(end) })
  return pieces
}

/** Returns the text of a heading or of a link without the marks of code and bold text. */
export function plain(text: string): string {
  return text.replaceAll(/[`*]/g, '')
}
