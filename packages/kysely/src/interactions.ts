import type { InteractionStore } from '@oauth/core'
import { interactionFromRow, interactionToRow } from './codec.ts'
import { interactionColumns } from './columns.ts'
import type { Runner } from './runner.ts'
import type { InteractionRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'

/** Also what issuing a code begins with. */
export function takeInteraction({ db, tables }: Schema): Statement<{ id: string }, unknown> {
  return statement((bind: Bind<{ id: string }>) => db.deleteFrom(tables.interactions).where('id', '=', bind('id')))
}

export function interactionStore(schema: Schema, runner: Runner): InteractionStore {
  const { db, tables } = schema
  const find = statement((bind: Bind<{ id: string }>) =>
    db.selectFrom(tables.interactions).select(interactionColumns).where('id', '=', bind('id')),
  )
  const insert = statement((bind: Bind<InteractionRow>) =>
    db.insertInto(tables.interactions).values(bindAll(bind, interactionColumns)),
  )
  const replace = statement((bind: Bind<InteractionRow & { expected_version: number }>) =>
    db
      .updateTable(tables.interactions)
      .set(bindAll(bind, interactionColumns))
      .where('id', '=', bind('id'))
      .where('version', '=', bind('expected_version')),
  )
  const take = takeInteraction(schema)

  return {
    insert: (record) => runner.write(insert, interactionToRow(record), () => undefined),
    find: (id) => runner.find(find, { id }, (row) => row && interactionFromRow(row)),
    // One statement: the update names the version, so that the second of two finds no row.
    replace: (record, expectedVersion) =>
      runner.write(replace, { ...interactionToRow(record), expected_version: expectedVersion }, (affected) =>
        affected === 1 ? 'won' : 'conflict',
      ),
    // One statement: a row is deleted once.
    take: (id) => runner.write(take, { id }, (affected) => affected === 1),
  }
}
