import { posix } from 'node:path'
import type { Source } from './page.ts'

/** Where a link of a page leads. */
export type Target =
  | { readonly kind: 'outside'; readonly href: string }
  /** A page of the site, or a place on it. */
  | { readonly kind: 'page'; readonly path: string; readonly anchor?: string | undefined }
  /** A file or folder of the repository that has no page. */
  | { readonly kind: 'file'; readonly file: string }

/** Returns a function that resolves the links of Markdown files, as GitHub does. */
export function linkResolver(sources: readonly Source[]): (from: Source, href: string) => Target {
  const pages = new Map(sources.map(({ file, path }) => [file, path]))
  return (from, href) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return { kind: 'outside', href }
    const [path = '', anchor] = href.split('#')
    if (path === '') return { kind: 'page', path: from.path, anchor }
    const file = posix.join(posix.dirname(from.file), decodeURIComponent(path)).replace(/\/$/, '')
    if (file === 'README.md') return { kind: 'page', path: 'index.html' }
    const page = pages.get(file) ?? pages.get(`${file}/README.md`)
    return page === undefined ? { kind: 'file', file } : { kind: 'page', path: page, anchor }
  }
}

/** Returns the URL from one page to another, relative, so that the site can be served below any path. */
export function relativeUrl(from: string, to: string, anchor?: string): string {
  const path = from === to ? '' : posix.relative(posix.dirname(from), to)
  return `${path}${anchor === undefined ? '' : `#${anchor}`}`
}
