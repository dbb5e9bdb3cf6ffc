import type { CompiledQuery } from 'kysely'
import type { Program, Step } from './runner.ts'
import type { Schema } from './schema.ts'
import { compiledTexts } from './statement.ts'

/** The statement that combines a list of queries, found by following the queries in their order. */
interface Combined {
  readonly next: Map<CompiledQuery, Combined>
  query?: CompiledQuery
}

/**
 * Makes a part of a program that runs writes of which none needs the answer of another or a row that another writes.
 * PostgreSQL gets them as one statement, `with w0 as (…), w1 as (…) …`, which saves a round trip for each write but one.
 * The other databases cannot write inside `with`, and get them one after the other.
 */
export function together({ dialect }: Pick<Schema, 'dialect'>): (writes: readonly Step[]) => Program<void> {
  const root: Combined = { next: new Map() }

  function combine(writes: readonly Step[]): CompiledQuery {
    let place = root
    for (const { query } of writes) {
      let next = place.next.get(query)
      if (!next) {
        next = { next: new Map() }
        place.next.set(query, next)
      }
      place = next
    }
    place.query ??= combinedQuery(writes.map(({ query }) => query))
    return place.query
  }

  return function* (writes) {
    if (dialect !== 'postgres' || writes.length < 2) {
      for (const write of writes) yield write
      return
    }
    yield { query: combine(writes), parameters: writes.flatMap(({ parameters }) => parameters) }
  }
}

/** Combines at least two queries. The placeholders of each count on from those of the queries before it. */
function combinedQuery(queries: readonly CompiledQuery[]): CompiledQuery {
  let before = 0
  const texts = queries.map(({ sql, parameters }) => {
    const offset = before
    before += parameters.length
    return sql.replace(/\$(\d+)/g, (_, place: string) => `$${Number(place) + offset}`)
  })
  const parts = texts.slice(0, -1).map((text, index) => `w${index} as (${text})`)
  const sql = `with ${parts.join(', ')} ${texts.at(-1)}`
  compiledTexts.add(sql)
  return { ...(queries[0] as CompiledQuery), sql, parameters: queries.flatMap(({ parameters }) => parameters) }
}
