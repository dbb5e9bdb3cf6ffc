import MarkdownIt, { type Token } from 'markdown-it'
import { highlight } from './highlight.ts'
import { escapeHtml } from './html.ts'
import { relativeUrl, type Target } from './links.ts'
import type { Heading, Page, Passage, Source } from './page.ts'
import { uniqueSlugs } from './slug.ts'

/** What a page is rendered with. */
export interface Rendering {
  readonly resolve: (from: Source, href: string) => Target
  /** The address of a file of the repository, for instance `https://github.com/…/blob/main/`; none: files are not linked. */
  readonly repository?: string | undefined
}

/** Files whose list items are entries: each begins with a message, has an anchor, and is found by the search. */
const hasEntries = /^docs\/reference\/messages-/

const markdown = new MarkdownIt({ html: true, linkify: false, highlight })

markdown.renderer.rules.table_open = () => '<div class="table" tabindex="0" role="region" aria-label="Table"><table>\n'
markdown.renderer.rules.table_close = () => '</table></div>\n'

/** Renders the Markdown of a page. */
export function renderPage(source: Source, text: string, rendering: Rendering): Page {
  const tokens = markdown.parse(text, {})
  const makeAnchor = uniqueSlugs()
  const headings: Heading[] = []
  const anchors = new Set<string>()
  const add = (token: Token, from: string): string => {
    const anchor = makeAnchor(from)
    token.attrSet('id', anchor)
    anchors.add(anchor)
    return anchor
  }
  const passages: { anchor: string; heading: string; text: string }[] = []
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]
    if (token.type === 'heading_open' && next !== undefined) {
      const heading = plainText(next)
      const anchor = add(token, heading)
      headings.push({ level: Number(token.tag.slice(1)), text: heading, anchor })
      passages.push({ anchor, heading, text: '' })
    } else if (token.type === 'list_item_open' && hasEntries.test(source.file)) {
      const message = tokens[index + 2]?.children?.find(({ type }) => type === 'code_inline')?.content
      if (message !== undefined) {
        const anchor = add(token, message.slice(0, 80))
        passages.push({ anchor, heading: message, text: '' })
      }
    } else if (token.type === 'inline' && tokens[index - 1]?.type !== 'heading_open') {
      const last = passages.at(-1)
      if (last !== undefined)
        last.text += `${plainText(token)
          .replace(last.heading, '')
          .replace(/^[ ·]+/, '')}\n`
    } else if (token.type === 'fence') {
      const last = passages.at(-1)
      if (last !== undefined) last.text += `${token.content}\n`
    }
    if (token.type === 'inline') rewriteLinks(token, source, rendering)
    if (token.type === 'heading_close') addPermalink(tokens[index - 1], headings.at(-1))
  }
  const title = headings[0]?.text ?? source.file
  return {
    ...source,
    title,
    html: markdown.renderer.render(tokens, markdown.options, {}),
    headings,
    passages: passages as Passage[],
    anchors,
  }
}

/** Returns the text of inline content without its marks. */
function plainText({ children }: Token): string {
  return (children ?? []).map(({ type, content }) => (/break$|^html_inline$/.test(type) ? ' ' : content)).join('')
}

function addPermalink(inline: Token | undefined, heading: Heading | undefined): void {
  if (inline?.children == null || heading === undefined || heading.level === 1) return
  const [sample] = markdown.parseInline('x', {})[0]?.children ?? []
  if (sample === undefined) return
  sample.type = 'html_inline'
  sample.content = `<a class="permalink" href="#${escapeHtml(heading.anchor)}" aria-label="Link to ${escapeHtml(heading.text)}">#</a>`
  inline.children.push(sample)
}

function rewriteLinks(inline: Token, source: Source, { resolve, repository }: Rendering): void {
  const open: Token[] = []
  for (const token of inline.children ?? []) {
    if (token.type === 'link_close') {
      const opened = open.pop()
      if (opened?.tag === 'span') token.tag = 'span'
      continue
    }
    if (token.type !== 'link_open') continue
    open.push(token)
    const target = resolve(source, String(token.attrGet('href')))
    if (target.kind === 'page') token.attrSet('href', relativeUrl(source.path, target.path, target.anchor) || '#')
    if (target.kind === 'outside') token.attrSet('rel', 'noopener')
    if (target.kind !== 'file') continue
    if (repository !== undefined) {
      token.attrSet('href', repository + target.file)
      continue
    }
    token.tag = 'span'
    token.attrs = [
      ['class', 'file'],
      ['title', `${target.file} in the repository`],
    ]
  }
}
