import type { ConsentRecord } from '@oauth/core'
import { type RawBuilder, sql } from 'kysely'
import { consentToRow } from '../codec.ts'
import { consentColumns } from '../columns.ts'
import { type Step, step } from '../runner.ts'
import type { ConsentRow, Schema } from '../schema.ts'
import { type Bind, bindAll, statement } from '../statement.ts'

/** The union of two JSON lists, in the order of their elements: those of the first, then the new ones of the second. */
function union(known: RawBuilder<unknown>, added: RawBuilder<unknown>): RawBuilder<string> {
  return sql<string>`(select json_group_array(value) from (
    select value from json_each(${known})
    union all
    select value from json_each(${added}) where value not in (select value from json_each(${known}))))`
}

/** The JSON list of the words of a text. The names of scopes have no quotation marks and no backslashes. */
const words = (text: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`case when ${text} = '' then '[]' else '["' || replace(${text}, ' ', '","') || '"]' end`

/**
 * Makes the statement that stores a consent or extends the one with the same key. SQLite itself makes the union, so that no
 * request has to read the consent first.
 */
export function rememberInOneStatement({ db, tables }: Schema): (record: ConsentRecord) => Step {
  const known = (column: string) => sql`${sql.ref(`${tables.consents}.${column}`)}`
  const added = (column: string) => sql`${sql.ref(`excluded.${column}`)}`
  const list = (column: string) => union(known(column), added(column))
  const scopes = union(words(known('scope')), words(added('scope')))
  const remember = statement((bind: Bind<ConsentRow>) =>
    db
      .insertInto(tables.consents)
      .values(bindAll(bind, consentColumns))
      .onConflict((conflict) =>
        conflict.columns(['user_id', 'client_id', 'reference_key']).doUpdateSet((eb) => ({
          scope: sql<string>`(select coalesce(group_concat(value, ' '), '') from json_each(${scopes}))`,
          resources: list('resources'),
          claims: list('claims'),
          redirect_hosts: list('redirect_hosts'),
          updated_at: eb.ref('excluded.updated_at'),
          version: eb(`${tables.consents}.version`, '+', 1),
        })),
      ),
  )
  return (record) => step(remember, consentToRow(record))
}
