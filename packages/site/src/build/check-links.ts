import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { Page } from './page.ts'

/**
 * Returns the dead links of the finished pages: `href` values that lead to no file of the site or to no anchor of a page.
 * @param site the folder of the site
 * @param written the HTML of each page by its path, as it was written
 */
export function deadLinks(
  site: string,
  pages: readonly Page[],
  written: ReadonlyMap<string, string>,
): readonly string[] {
  const anchors = new Map(pages.map(({ path, anchors: own }) => [path, own]))
  return [...written].flatMap(([path, html]) =>
    [...html.matchAll(/\b(?:href|src)="([^"]*)"/g)].flatMap(([, href = '']) => {
      if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return []
      const [to = '', anchor] = href.split('#')
      const target = to === '' ? path : posix.join(posix.dirname(path), to)
      const file = target.endsWith('/') ? `${target}index.html` : target
      if (!existsSync(join(site, file))) return [`${path}: ${href} leads to no file`]
      const known = anchors.get(file)
      if (anchor === undefined || anchor === '' || anchor === 'content' || known === undefined) return []
      return known.has(decodeURIComponent(anchor)) ? [] : [`${path}: ${href} leads to no heading`]
    }),
  )
}
