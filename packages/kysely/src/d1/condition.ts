import { type Expression, sql } from 'kysely'
import type { Schema } from '../schema.ts'
import { type Bind, type Statement, statement } from '../statement.ts'

/**
 * Makes a statement that ends its batch unless the query finds a row. SQLite has no statement that fails on demand, but
 * `json()` fails for a text that is not JSON.
 */
export function demand<Input>(
  { db }: Schema,
  rows: (bind: Bind<Input>) => Expression<unknown>,
): Statement<Input, unknown> {
  return statement((bind: Bind<Input>) =>
    db.selectNoFrom(sql`json(case when exists ${rows(bind)} then '1' else 'no' end)`.as('held')),
  )
}
