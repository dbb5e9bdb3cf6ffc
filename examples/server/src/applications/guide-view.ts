import { html } from 'hono/html'
import type { Html } from '../web/layout.ts'
import type { Guides, LibraryGuide } from './guide.ts'
import { type Block, plain, readInline } from './markdown.ts'

/** Shows the guide of each library. One is open at a time, without a script and without a new page. */
export function guidesView(guides: Guides): Html {
  if (guides.length === 0) {
    return html`<p>The page <code>docs/clients.md</code> of the documentation has the code for each library. It reads these settings.</p>`
  }
  const languages = [...new Set(guides.map(({ language }) => language))]
  return html`<p>Choose your library. Its code reads the settings above.</p>
${languages.map(
  (language) => html`<h3>${language}</h3>
<div>
${guides.filter((guide) => guide.language === language).map(guideView)}
</div>`,
)}`
}

function guideView({ library, id, blocks }: LibraryGuide): Html {
  return html`<details name="library" id="${id}">
<summary>${library}</summary>
${blocks.map((block) => blockView(block, `Code for ${library}`))}
</details>`
}

/** Shows a piece of a document. `label` names its code for screen readers. */
export function blockView(block: Block, label: string): Html {
  if (block.type === 'code') return codeView(block.text, label)
  if (block.type === 'list') return html`<ul>${block.items.map((item) => html`<li>${inlineView(item)}</li>`)}</ul>`
  if (block.type === 'heading') return html`<h4>${plain(block.text)}</h4>`
  return html`<p>${inlineView(block.text)}</p>`
}

/** Shows the text of a paragraph, with its code and its links. */
export function inlineView(text: string): readonly Html[] {
  return readInline(text).map((piece) => {
    if (piece.type === 'code') return html`<code>${piece.text}</code>`
    if (piece.type === 'strong') return html`<strong>${piece.text}</strong>`
    if (piece.type === 'link') return html`<a href="${piece.url}" rel="noopener noreferrer">${piece.text}</a>`
    return html`${piece.text}`
  })
}

/** Shows text to copy. It can have the focus, so that the keyboard scrolls long lines. */
export function codeView(text: string, label: string): Html {
  return html`<pre class="code" tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`
}
