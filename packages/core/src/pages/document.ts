import type { Page, PageForm, PageKind, PageLink } from '../contracts/page.ts'
import { escapeHtml } from '../http/html.ts'
import { submitScript } from './security-policy.ts'
import { styleSheet } from './style.ts'
import { fillText, sentence } from './texts.ts'

/** Returns the form of a page as HTML, with all values escaped. That of `form_post` submits itself where scripts run. */
export function formHtml({ action, fields, button }: PageForm, kind: PageKind): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">\n`,
  )
  const submits = kind === 'form_post'
  return `<form method="post" action="${escapeHtml(action)}">
${inputs.join('')}<button type="submit" id="${submits ? 'continue' : 'confirm'}">${escapeHtml(button)}</button>
</form>${submits ? `\n<script>${submitScript}</script>` : ''}`
}

/** Returns hidden frames as HTML. Their pages may run scripts and use their cookies, but may not navigate the window. */
export function framesHtml(frames: readonly string[]): string {
  return frames
    .map(
      (url) =>
        `<iframe hidden sandbox="allow-scripts allow-same-origin allow-forms" src="${escapeHtml(url)}"></iframe>`,
    )
    .join('\n')
}

/** Returns the built-in page as HTML. */
export function pageDocument(page: Page): string {
  const { title, name, logoUrl } = page
  return `<!doctype html>
<html lang="${escapeHtml(page.language)}" dir="${page.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name === undefined ? title : `${title} – ${name}`)}</title>
${logoUrl === undefined ? '' : `<link rel="icon" href="${escapeHtml(logoUrl)}">\n`}<style>
${styleSheet(page.colours)}
</style>
</head>
<body>
${[header(page), main(page), footer(page)].filter((part) => part !== '').join('\n')}
</body>
</html>
`
}

function header({ name, logoUrl }: Page): string {
  const parts = [
    ...(logoUrl === undefined ? [] : [`<img src="${escapeHtml(logoUrl)}" alt="">`]),
    ...(name === undefined ? [] : [`<span>${escapeHtml(name)}</span>`]),
  ]
  return parts.length === 0 ? '' : `<header>${parts.join('')}</header>`
}

function main(page: Page): string {
  const { title, paragraphs, link, formHtml: form, framesHtml: frames } = page
  return [
    '<main>',
    `<h1>${escapeHtml(title)}</h1>`,
    ...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`),
    ...(form === undefined ? [] : [form]),
    ...(link === undefined ? [] : [`<p class="way">${anchor(link, ' id="continue"')}</p>`]),
    ...(frames === undefined ? [] : [frames]),
    ...developerNote(page),
    '</main>',
  ].join('\n')
}

/** The description is in English and from left to right, whatever the language of the page is. */
function developerNote({ error, texts }: Page): readonly string[] {
  if (error === undefined) return []
  const { code, description, requestId } = error
  return [
    '<aside>',
    `<h2>${escapeHtml(texts.forDeveloper)}</h2>`,
    ...(description === undefined ? [] : [`<p lang="en" dir="ltr">${escapeHtml(sentence(description))}</p>`]),
    `<p>${escapeHtml(fillText(texts.errorCode, { code }))}</p>`,
    ...(requestId === undefined ? [] : [`<p>${escapeHtml(fillText(texts.requestId, { id: requestId }))}</p>`]),
    '</aside>',
  ]
}

function footer({ links, texts }: Page): string {
  const shown = (['help', 'privacy', 'terms'] as const).flatMap((name) =>
    links[name] === undefined ? [] : [anchor({ href: links[name], text: texts[name] })],
  )
  return shown.length === 0 ? '' : `<footer>${shown.join('')}</footer>`
}

function anchor({ href, text }: PageLink, attributes = ''): string {
  return `<a${attributes} href="${escapeHtml(href)}" rel="noreferrer">${escapeHtml(text)}</a>`
}
