import { escapeHtml } from './html.ts'
import { relativeUrl } from './links.ts'
import type { FilledSection } from './navigation.ts'
import type { Heading, Page } from './page.ts'

/** The name of the product, in the header and in titles. */
export const siteName = 'OAuth for TypeScript'

/** What the frame around every page needs to know. */
export interface Frame {
  readonly sections: readonly FilledSection<Page>[]
  /** Whether the site has the playground, at `playground/`. */
  readonly playground: boolean
}

/** The parts of one page within the frame. */
export interface Framed {
  readonly path: string
  readonly title: string
  readonly description: string
  /** The HTML between the header and the footer. */
  readonly body: string
  /** The title of the section of the page. */
  readonly section?: string
}

/** Makes the whole HTML of a page. All its URLs are relative. */
export function frame({ sections, playground }: Frame, { path, title, description, body, section }: Framed): string {
  const to = (target: string): string => escapeHtml(relativeUrl(path, target) || '#')
  const entry = (name: string, target: string, current: boolean): string =>
    `<a href="${to(target)}"${current ? ' aria-current="true"' : ''}>${name}</a>`
  const entries = [
    ...sections.map((one) => entry(one.title, one.pages[0]?.path ?? 'index.html', one.title === section)),
    ...(playground ? [`<a href="${relativeUrl(path, 'playground/index.html')}">Playground</a>`] : []),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title === siteName ? title : `${title} · ${siteName}`)}</title>
<meta name="description" content="${escapeHtml(description)}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${to('assets/icon.svg')}" type="image/svg+xml">
<link rel="stylesheet" href="${to('assets/style.css')}">
<script src="${to('assets/theme.js')}"></script>
<script type="module" src="${to('assets/site.js')}"></script>
</head>
<body data-root="${escapeHtml(relativeUrl(path, 'index.html').replace(/index\.html$/, '') || './')}">
<a class="skip" href="#content">Skip to the content</a>
<header class="top">
<a class="brand" href="${to('index.html')}">${brandMark}<span>${siteName}</span></a>
<nav class="sections" aria-label="Sections">${entries.join('')}</nav>
<button type="button" class="find" data-search-open aria-haspopup="dialog"><span>Search</span><kbd>/</kbd></button>
<button type="button" class="theme" data-theme-switch aria-label="Switch between light and dark">${themeIcon}</button>
</header>
${body}
<dialog class="search" aria-label="Search">
<form role="search" method="dialog">
<input type="search" placeholder="A name, an error, a message…" aria-label="Search the documentation" autocomplete="off" spellcheck="false" enterkeyhint="search">
<button type="submit" value="close">Close</button>
</form>
<p class="status" role="status"></p>
<ol class="results"></ol>
</dialog>
<footer class="bottom"><p>${siteName}, under the MIT licence. <a href="${to('contents.html')}">All pages</a> · <a href="${to('changelog.html')}">Changes</a></p></footer>
</body>
</html>
`
}

/** Makes the body of a page of the documentation: the pages of its section, its text, and its headings. */
export function article(page: Page, section: FilledSection<Page>): string {
  const list = section.pages
    .map(({ path, title }) => {
      const current = path === page.path ? ' aria-current="page"' : ''
      return `<li><a href="${escapeHtml(relativeUrl(page.path, path) || '#')}"${current}>${escapeHtml(shortTitle(title))}</a></li>`
    })
    .join('\n')
  return `<div class="columns">
<nav class="pages" aria-label="${section.title}"><details open data-menu><summary>${section.title}</summary><ul>
${list}
</ul></details></nav>
<main id="content" tabindex="-1"><article>
${page.html}</article>
${neighbours(page, section)}</main>
${outline(page.headings)}
</div>`
}

function outline(headings: readonly Heading[]): string {
  const parts = headings.filter(({ level }) => level === 2 || level === 3)
  if (parts.length < 2) return '<aside class="outline"></aside>'
  const items = parts.map(
    ({ level, text, anchor }) =>
      `<li class="level-${level}"><a href="#${escapeHtml(anchor)}">${escapeHtml(text)}</a></li>`,
  )
  return `<aside class="outline"><nav aria-label="On this page"><p>On this page</p><ul>${items.join('\n')}</ul></nav></aside>`
}

function neighbours(page: Page, { pages }: FilledSection<Page>): string {
  const index = pages.indexOf(page)
  const link = (other: Page | undefined, name: string): string =>
    other === undefined
      ? ''
      : `<a class="${name.toLowerCase()}" href="${escapeHtml(relativeUrl(page.path, other.path))}"><small>${name}</small>${escapeHtml(shortTitle(other.title))}</a>`
  return `<nav class="neighbours" aria-label="Before and after">${link(pages[index - 1], 'Previous')}${link(pages[index + 1], 'Next')}</nav>`
}

/** Titles of decisions are sentences: the list shows their beginning. */
function shortTitle(title: string): string {
  return title.length > 70 ? `${title.slice(0, 68).trimEnd()}…` : title
}

const brandMark =
  '<svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><rect width="32" height="32" rx="8" fill="var(--accent)"/><circle cx="12.5" cy="16" r="5" fill="none" stroke="var(--paper)" stroke-width="2.6"/><path d="M17.5 16H26M22.5 16v4" fill="none" stroke="var(--paper)" stroke-width="2.6" stroke-linecap="round"/></svg>'

const themeIcon =
  '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/></svg>'
