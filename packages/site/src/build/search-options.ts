import type { Options } from 'minisearch'
import { tokenize } from './tokenize.ts'

/** Words of a question that say nothing of its subject. They are in the index, but a query is searched for without them. */
const fillers = new Set('a an and are can do does for how i in is my of on or per the to what where with'.split(' '))

/** How the index is made and read: the site's generator and the page in the browser must agree on it. */
export const searchOptions: Options = {
  fields: ['heading', 'page', 'text'],
  storeFields: ['section', 'page', 'heading', 'excerpt', 'weight'],
  tokenize,
  processTerm: (term) => term.toLowerCase(),
  searchOptions: {
    processTerm: (term) => (fillers.has(term.toLowerCase()) ? null : term.toLowerCase()),
    prefix: (term) => term.length > 2,
    fuzzy: (term) => (term.length > 5 ? 0.15 : false),
    boost: { heading: 4, page: 2 },
    boostDocument: (_id, _term, stored) => Number(stored?.weight ?? 1),
    combineWith: 'AND',
  },
}
