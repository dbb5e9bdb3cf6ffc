import type { IdRange, RangeStore } from '@oauth/core'
import { sql } from 'kysely'
import { clientFromRow, signingKeyFromRow } from './codec.ts'
import { clientColumns, signingKeyColumns } from './columns.ts'
import { affected, type Program, type Runner } from './runner.ts'
import type { ClientRow, Schema } from './schema.ts'
import { type Bind, type Statement, statement } from './statement.ts'
import { deleteUnusedClients } from './unused-clients.ts'

type ListQuery = Parameters<RangeStore['listClients']>[0]
type UnusedQuery = Parameters<RangeStore['purgeUnusedClients']>[0]
type DeleteQuery = IdRange & { readonly limit: number }

/**
 * The tables whose rows have an id range, each with the column of the range and the column that names one row. Records and
 * signing keys have a range of another column than the one that names a row, or a key of two columns. Clients come first and
 * revoked JWTs last: without its client or its key no token is valid, so nothing comes to life in between.
 */
const ranged = [
  ['clients', 'id', 'id'],
  ['signingKeys', 'algorithm', 'id'],
  ['grants', 'id', 'id'],
  ['refreshTokens', 'id', 'id'],
  ['authorizationCodes', 'id', 'id'],
  ['accessTokens', 'id', 'id'],
  ['consents', 'id', 'id'],
  ['records', 'kind', 'rowid'],
  ['revokedJwts', 'jti', 'jti'],
] as const

/**
 * Deletes rows of a range. On MySQL by a `delete` with a limit. On PostgreSQL the list is an array, which is read once: a
 * subquery may run more than once.
 */
function deleteRange(
  { db, tables, dialect }: Schema,
  [table, column, row]: (typeof ranged)[number],
): Statement<DeleteQuery, unknown> {
  // The columns are those of one of the tables, but the compiler does not see that in a union of their types.
  const name = tables[table] as typeof tables.accessTokens
  const key = column as 'id'
  return statement((bind: Bind<DeleteQuery>) => {
    if (dialect === 'mysql') {
      return db
        .deleteFrom(name)
        .where(key, '>=', bind('from'))
        .where(key, '<', bind('below'))
        .orderBy(key)
        .limit(bind('limit'))
    }
    const id = sql.ref(dialect === 'postgres' && row === 'rowid' ? 'ctid' : row)
    const meant = db
      .selectFrom(name)
      .select(id.as('row'))
      .where(key, '>=', bind('from'))
      .where(key, '<', bind('below'))
      .limit(bind('limit'))
    const isListed =
      dialect === 'postgres' ? sql<boolean>`${id} = any(array(${meant}))` : sql<boolean>`${id} in (${meant})`
    return db.deleteFrom(name).where(isListed)
  })
}

export function rangeStore(schema: Schema, runner: Runner): RangeStore {
  const { db, tables } = schema
  const list = (after: boolean): Statement<ListQuery, ClientRow> =>
    statement((bind: Bind<ListQuery>) => {
      const inRange = db
        .selectFrom(tables.clients)
        .select(clientColumns)
        .where('id', '>=', bind('from'))
        .where('id', '<', bind('below'))
        .orderBy('id')
        .limit(bind('limit'))
      return after ? inRange.where('id', '>', bind('after')) : inRange
    })
  const [all, afterOne] = [list(false), list(true)]
  const keys = statement((bind: Bind<IdRange>) =>
    db
      .selectFrom(tables.signingKeys)
      .select(signingKeyColumns)
      .where('algorithm', '>=', bind('from'))
      .where('algorithm', '<', bind('below'))
      .orderBy('algorithm')
      .orderBy('generation'),
  )
  const unused = statement((bind: Bind<UnusedQuery>) =>
    deleteUnusedClients(schema, {
      before: bind('before'),
      limit: bind('limit'),
      range: { from: bind('from'), below: bind('below') },
    }),
  )
  const deletions = ranged.map((table) => deleteRange(schema, table))

  function* deleting({ limit, ...range }: DeleteQuery): Program<number> {
    let removed = 0
    for (const deletion of deletions) {
      if (removed < limit) removed += yield* affected(deletion, { ...range, limit: limit - removed })
    }
    return removed
  }

  return {
    listClients: (query) =>
      runner.list(query.after === undefined ? all : afterOne, query, (rows) => rows.map(clientFromRow)),
    listSigningKeys: (range) => runner.list(keys, range, (rows) => rows.map(signingKeyFromRow)),
    purgeUnusedClients: (query) => runner.write(unused, query, (removed) => removed),
    // Each table in a statement of its own, so that no lock is held longer than one delete.
    delete: (query) => runner.sequence(() => deleting(query)),
  }
}
