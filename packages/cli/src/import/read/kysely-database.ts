import type { Kysely } from 'kysely'
import { CommandError, messageOf } from '../../errors.ts'
import type { Row } from '../row.ts'
import type { SourceDatabase } from './tables.ts'

/** How many rows one query reads. */
const page = 500

type AnyDatabase = Record<string, Record<string, unknown>>

/** Reads the tables of a Kysely instance, for PostgreSQL, MySQL and whatever else the host has a dialect for. */
export function kyselyDatabase(kysely: Kysely<unknown>, close: () => Promise<void>): SourceDatabase {
  const db = kysely as Kysely<AnyDatabase>
  return {
    async has(table) {
      const tables = await db.introspection.getTables()
      return tables.some(({ name }) => name === table)
    },
    rows: (table, keys) => rowsOf(db, table, keys),
    close,
  }
}

async function* rowsOf(db: Kysely<AnyDatabase>, table: string, keys: readonly string[]): AsyncGenerator<Row> {
  const read = async (key?: string, after?: unknown): Promise<readonly Row[]> => {
    try {
      let query = db
        .selectFrom(table)
        .selectAll()
        .limit(key === undefined ? 1 : page)
      if (key !== undefined) query = query.orderBy(key as never)
      if (key !== undefined && after !== undefined) query = query.where(key as never, '>', after as never)
      return await query.execute()
    } catch (error) {
      throw new CommandError(`the table ${table} cannot be read: ${messageOf(error)}`)
    }
  }
  const [first] = await read()
  if (first === undefined) return
  const key = keys.find((one) => Object.hasOwn(first, one))
  if (key === undefined) {
    throw new CommandError(`the table ${table} has no column ${keys.join(' or ')}: name the right table`)
  }
  let after: unknown
  for (;;) {
    const rows = await read(key, after)
    const last = rows.at(-1)?.[key]
    // Rows with the last key may go on behind the page. They are read again with the next one.
    const whole = rows.length < page ? rows : rows.filter((row) => row[key] !== last)
    yield* whole.length === 0 ? rows : whole
    if (rows.length < page) return
    after = whole.length === 0 ? last : whole.at(-1)?.[key]
  }
}
