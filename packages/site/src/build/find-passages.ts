import type MiniSearch from 'minisearch'
import type { SearchResult } from 'minisearch'

/** How much more a passage counts whose heading is what the reader typed, or one word of it. */
const namedWeight = 4

/** The least weight of a passage that explains: changes and decisions have less. */
const explainingWeight = 0.5

/**
 * Finds passages with all words, or with some where none that explains has all, as for a pasted error. A passage whose heading
 * is the whole query comes before those that only have its words, for instance "openid-client", and one whose heading is a word
 * of it, or its plural, before those that only mention the word: a reader who types the name of an option wants its definition. A
 * word that only begins like the query, as "logout" does for "logo", does not count.
 */
export function findPassages(index: MiniSearch, query: string): readonly SearchResult[] {
  const all = index.search(query)
  const explains = all.some(({ weight }) => Number(weight) > explainingWeight)
  const found = explains ? all : index.search(query, { combineWith: 'OR' })
  const wanted = query.trim().toLowerCase()
  const rank = ({ score, heading, queryTerms }: SearchResult): number => {
    const name = String(heading).toLowerCase()
    if (name === wanted && queryTerms.length > 1) return score * namedWeight * namedWeight
    return name === wanted || queryTerms.some((term) => name === term || name === `${term}s`)
      ? score * namedWeight
      : score
  }
  return [...found].sort((a, b) => rank(b) - rank(a))
}
