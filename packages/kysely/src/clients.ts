import type { ClientStore } from '@oauth/core'
import { clientFromRow, clientToRow } from './codec.ts'
import { clientColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import type { Runner } from './runner.ts'
import type { ClientRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'

/** `replace` does not write `used_at`, because `markUsed` may have set it at the same time. */
const replacedColumns = clientColumns.filter((column) => column !== 'used_at')

type ListQuery = Parameters<ClientStore['list']>[0]

export function clientStore(schema: Schema, runner: Runner): ClientStore {
  const { db, tables } = schema
  const find = statement((bind: Bind<{ id: string }>) =>
    db.selectFrom(tables.clients).select(clientColumns).where('id', '=', bind('id')),
  )
  const insert = statement((bind: Bind<ClientRow>) =>
    db.insertInto(tables.clients).values(bindAll(bind, clientColumns)),
  )
  const replace = statement((bind: Bind<ClientRow & { expected_version: number }>) =>
    db
      .updateTable(tables.clients)
      .set(bindAll(bind, replacedColumns))
      .where('id', '=', bind('id'))
      .where('version', '=', bind('expected_version')),
  )
  const markUsed = statement((bind: Bind<{ id: string; now: number }>) =>
    db
      .updateTable(tables.clients)
      .set({ used_at: bind('now') })
      .where('id', '=', bind('id'))
      .where('used_at', 'is', null),
  )
  const remove = statement((bind: Bind<{ id: string }>) => db.deleteFrom(tables.clients).where('id', '=', bind('id')))

  /** One statement for each combination of given members, so that the database can use an index for each. */
  const lists = new Map<string, Statement<ListQuery, ClientRow>>()

  function list(query: ListQuery): Statement<ListQuery, ClientRow> {
    const given = { user: query.userId !== undefined, reference: query.referenceId !== undefined }
    const combination = `${given.user} ${given.reference} ${query.after !== undefined}`
    const known = lists.get(combination)
    if (known) return known
    const compiled = statement((bind: Bind<ListQuery>) => {
      let select = db.selectFrom(tables.clients).select(clientColumns).orderBy('id').limit(bind('limit'))
      if (query.after !== undefined) select = select.where('id', '>', bind('after'))
      if (given.user || given.reference) {
        select = select.where((eb) =>
          eb.or([
            ...(given.user ? [eb('user_id', '=', bind('userId'))] : []),
            ...(given.reference ? [eb('reference_id', '=', bind('referenceId'))] : []),
          ]),
        )
      }
      return select
    })
    lists.set(combination, compiled)
    return compiled
  }

  return {
    find: (id) => runner.find(find, { id }, (row) => row && clientFromRow(row)),
    // One statement: the primary key lets only one insert succeed.
    insert: (record) =>
      unlessTaken<'won' | 'exists'>(
        () => runner.write(insert, clientToRow(record), () => 'won'),
        () => 'exists',
      ),
    // One statement: its condition includes the version.
    replace: (record, expectedVersion) =>
      runner.write(replace, { ...clientToRow(record), expected_version: expectedVersion }, (affected) =>
        affected === 1 ? 'won' : 'conflict',
      ),
    // One statement: its condition is that the client was never used.
    markUsed: (query) => runner.write(markUsed, query, () => undefined),
    delete: (id) => runner.write(remove, { id }, (affected) => affected === 1),
    list: (query) => runner.list(list(query), query, (rows) => rows.map(clientFromRow)),
  }
}
