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
          // A reader who searches for a word wants the explanation before the record of why it is so.
          weight: section.title === 'Decisions' || page.file === 'CHANGELOG.md' ? 0.4 : 1,
          text,
          excerpt: text.replace(/\s+/g, ' ').slice(0, longestExcerpt),
        })
      }
    }
  }
  return JSON.stringify(index)
}
