import type { RecordEntry, RecordStore } from '@oauth/core'
import { type CompiledQuery, sql } from 'kysely'
import { recordFromRow, recordToRow } from './codec.ts'
import { recordColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import { filterOnly } from './filter-only.ts'
import type { Runner } from './runner.ts'
import type { RecordRow, Schema } from './schema.ts'
import { type Bind, bindAll, type Statement, statement } from './statement.ts'

interface TakeRow {
  readonly kind: string
  readonly id: string
  readonly version?: number | undefined
}

interface DeleteAllRow {
  readonly kind?: string | undefined
  readonly client_id?: string | undefined
  readonly user_id?: string | undefined
}

type ListQuery = Parameters<RecordStore['list']>[0]
type ManyQuery = Parameters<RecordStore['findMany']>[0]

/** The delete of one record, for `take` and `commit`. The database lets only one request delete the row. */
export function takeRecord({ db, tables }: Schema): (take: TakeRow) => Statement<TakeRow, unknown> {
  const anyVersion = statement((bind: Bind<TakeRow>) =>
    db.deleteFrom(tables.records).where('kind', '=', bind('kind')).where('id', '=', bind('id')),
  )
  const oneVersion = statement((bind: Bind<TakeRow>) =>
    db
      .deleteFrom(tables.records)
      .where('kind', '=', bind('kind'))
      .where('id', '=', bind('id'))
      .where('version', '=', bind('version')),
  )
  return ({ version }) => (version === undefined ? anyVersion : oneVersion)
}

/** Compiles and caches one statement for each combination of given members, so that the database can use an index for each. */
function byShape<Input, Row>(
  shapeOf: (input: Input) => string,
  build: (input: Input) => Statement<Input, Row>,
): (input: Input) => Statement<Input, Row> {
  const known = new Map<string, Statement<Input, Row>>()
  return (input) => {
    const shape = shapeOf(input)
    const found = known.get(shape)
    if (found) return found
    const built = build(input)
    known.set(shape, built)
    return built
  }
}

/** The most ids in one statement: D1 allows 100 parameters. */
const mostIds = 90

export function recordStore(schema: Schema, runner: Runner): RecordStore {
  const { db, tables, dialect } = schema
  const select = () => db.selectFrom(tables.records).select(recordColumns)
  const find = statement((bind: Bind<Pick<RecordRow, 'kind' | 'id'>>) =>
    select().where('kind', '=', bind('kind')).where('id', '=', bind('id')),
  )
  const insert = statement((bind: Bind<RecordRow>) =>
    db.insertInto(tables.records).values(bindAll(bind, recordColumns)),
  )
  const replace = statement((bind: Bind<RecordRow & { expected_version: number }>) =>
    db
      .updateTable(tables.records)
      .set(bindAll(bind, replacedColumns))
      .where('kind', '=', bind('kind'))
      .where('id', '=', bind('id'))
      .where('version', '=', bind('expected_version')),
  )
  const take = takeRecord(schema)
  const findMany = byShape<ManyQuery, RecordRow>(
    ({ ids }) => String(ids.length),
    ({ ids }) => {
      const { query } = statement((bind: Bind<Readonly<Record<string, string>>>) =>
        select()
          .where('kind', '=', bind('kind'))
          .where(
            'id',
            'in',
            ids.map((_, index) => bind(`id_${index}`)),
          ),
      )
      return { query: query as CompiledQuery<RecordRow>, parameters: (asked) => [asked.kind, ...asked.ids] }
    },
  )
  const list = byShape<ListQuery, RecordRow>(
    ({ after }) => String(after !== undefined),
    ({ after }) =>
      statement((bind: Bind<ListQuery>) => {
        const all = select()
          .where('owner_id', '=', bind('ownerId'))
          .where(filterOnly(dialect, 'kind'), '=', bind('kind'))
          .orderBy('id')
          .limit(bind('limit'))
        return after === undefined ? all : all.where('id', '>', bind('after'))
      }),
  )
  const deleteAll = byShape<DeleteAllRow, unknown>(
    ({ kind, client_id, user_id }) => [kind, client_id, user_id].map((member) => member !== undefined).join(' '),
    ({ kind, client_id, user_id }) =>
      statement((bind: Bind<DeleteAllRow>) => {
        let remove = db.deleteFrom(tables.records)
        const client = user_id === undefined ? sql.ref<string>('client_id') : filterOnly(dialect, 'client_id')
        if (client_id !== undefined) remove = remove.where(client, '=', bind('client_id'))
        if (user_id !== undefined) remove = remove.where('user_id', '=', bind('user_id'))
        if (kind !== undefined) remove = remove.where(filterOnly(dialect, 'kind'), '=', bind('kind'))
        return remove
      }),
  )

  const findInParts = async (kind: string, ids: readonly string[]): Promise<readonly RecordEntry[]> => {
    const found: RecordEntry[] = []
    for (let first = 0; first < ids.length; first += mostIds) {
      const input = { kind, ids: ids.slice(first, first + mostIds) }
      found.push(...(await runner.list(findMany(input), input, (rows) => rows.map(recordFromRow))))
    }
    return found
  }

  return {
    // One statement: the primary key lets only one insert succeed.
    insert: (record) =>
      unlessTaken<'won' | 'exists'>(
        () => runner.write(insert, recordToRow(record), () => 'won'),
        () => 'exists',
      ),
    find: ({ kind, id }) => runner.find(find, { kind, id }, (row) => row && recordFromRow(row)),
    findMany({ kind, ids }) {
      const asked = [...new Set(ids)]
      if (asked.length === 0) return []
      if (asked.length > mostIds) return findInParts(kind, asked)
      const input = { kind, ids: asked }
      return runner.list(findMany(input), input, (found) => found.map(recordFromRow))
    },
    list: (query) => runner.list(list(query), query, (found) => found.map(recordFromRow)),
    // One statement: its condition includes the version, so that the second of two requests finds no row.
    replace: (record, expectedVersion) =>
      runner.write(replace, { ...recordToRow(record), expected_version: expectedVersion }, (affected) =>
        affected === 1 ? 'won' : 'conflict',
      ),
    // One statement: the database deletes a row once.
    take: (query) => runner.write(take(query), query, (affected) => affected === 1),
    deleteAll({ kind, clientId, userId }) {
      if (clientId === undefined && userId === undefined) throw new Error('records.deleteAll: pass clientId or userId')
      const input = { kind, client_id: clientId, user_id: userId }
      return runner.write(deleteAll(input), input, (affected) => affected)
    },
  }
}

/** The columns that `replace` writes: all but those of the primary key. */
const replacedColumns = recordColumns.filter((column) => column !== 'kind' && column !== 'id')
