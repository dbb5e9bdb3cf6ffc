import MiniSearch from 'minisearch'
import type { FilledSection } from './navigation.ts'
import type { Page } from './page.ts'
import { searchOptions } from './search-options.ts'

const longestExcerpt = 180

/** Makes the index that the browser loads when a reader begins to search, as JSON. */
export function searchIndex(sections: readonly FilledSection<Page>[]): string {
  const index = new MiniSearch(searchOptions)
  for (const section of sections) {
    for (const page of section.pages) {
      for (const [number, { anchor, heading, text }] of page.passages.entries()) {
        const first = number === 0
        index.add({
          id: `${page.path}${first ? '' : `#${anchor}`}`,
          section: section.title,
          page: page.title,
          heading: heading.slice(0, 300),
          weight: weightOf(section.title, page.file),
          text,
          excerpt: text.replace(/\s+/g, ' ').slice(0, longestExcerpt),
        })
      }
    }
  }
  return JSON.stringify(index)
}

/** A reader who searches for a word wants the explanation first: before a type or a message, and before the record of why it is so. */
function weightOf(section: string, file: string): number {
  if (section === 'Decisions' || file === 'CHANGELOG.md' || file === 'docs/seed-parity.md') return 0.4
  if (file === 'docs/reference/types.md') return 0.6
  return file.startsWith('docs/reference/messages-') ? 0.8 : 1
}
