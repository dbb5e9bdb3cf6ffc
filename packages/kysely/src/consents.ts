import type { Awaitable, ConsentRecord, ConsentStore } from '@oauth/core'
import { consentFromRow, consentToRow, listToText, referenceKey, scopeToText } from './codec.ts'
import { consentColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import { affected, type Program, type Runner, rows } from './runner.ts'
import type { ConsentRow, Schema } from './schema.ts'
import { type Bind, bindAll, statement } from './statement.ts'

/** The columns that a further consent of the same key extends. */
type Extended = 'scope' | 'resources' | 'claims' | 'redirect_hosts' | 'updated_at'
type KeyRow = Pick<ConsentRow, 'client_id' | 'user_id' | 'reference_key'>

function findConsent({ db, tables }: Schema) {
  return statement((bind: Bind<KeyRow>) =>
    db
      .selectFrom(tables.consents)
      .select(consentColumns)
      .where('user_id', '=', bind('user_id'))
      .where('client_id', '=', bind('client_id'))
      .where('reference_key', '=', bind('reference_key')),
  )
}

/**
 * Remembers a consent within a transaction. It raises the version first, which locks the row if there is one, so the row
 * cannot change between the read and the write of the union. When two requests find no row, the unique index lets one of
 * them insert; the other transaction must run again, see `remembering`.
 */
export function rememberConsent(schema: Schema): (record: ConsentRecord) => Program<void> {
  const { db, tables } = schema
  const find = findConsent(schema)
  const lock = statement((bind: Bind<KeyRow>) =>
    db
      .updateTable(tables.consents)
      .set((eb) => ({ version: eb('version', '+', 1) }))
      .where('user_id', '=', bind('user_id'))
      .where('client_id', '=', bind('client_id'))
      .where('reference_key', '=', bind('reference_key')),
  )
  const extend = statement((bind: Bind<Pick<ConsentRow, 'id' | Extended>>) =>
    db
      .updateTable(tables.consents)
      .set(bindAll(bind, ['scope', 'resources', 'claims', 'redirect_hosts', 'updated_at']))
      .where('id', '=', bind('id')),
  )
  const insert = statement((bind: Bind<ConsentRow>) =>
    db.insertInto(tables.consents).values(bindAll(bind, consentColumns)),
  )

  return function* (record) {
    const row = consentToRow(record)
    const [known] = (yield* affected(lock, row)) > 0 ? yield* rows(find, row) : []
    if (!known) {
      yield* affected(insert, row)
      return
    }
    const { id, scope, resources, claims, redirectHosts } = consentFromRow(known)
    yield* affected(extend, {
      id,
      scope: scopeToText([...new Set([...scope, ...record.scope])]),
      resources: listToText([...new Set([...resources, ...record.resources])]),
      claims: listToText([...new Set([...claims, ...record.claims])]),
      redirect_hosts: listToText([...new Set([...redirectHosts, ...record.redirectHosts])]),
      updated_at: row.updated_at,
    })
  }
}

/**
 * Runs a transaction that remembers a consent, and runs it again if another request has inserted the first consent of the
 * same key in the meantime. More than one repetition is needed only if consents of this key are deleted at the same time.
 */
export function remembering<T>(attempt: () => Awaitable<T>, tries = 10): Awaitable<T> {
  return unlessTaken(attempt, () => (tries > 1 ? remembering(attempt, tries - 1) : attempt()))
}

export function consentStore(schema: Schema, runner: Runner): ConsentStore {
  const { db, tables } = schema
  const find = findConsent(schema)
  const remember = rememberConsent(schema)
  const findById = statement((bind: Bind<{ id: string }>) =>
    db.selectFrom(tables.consents).select(consentColumns).where('id', '=', bind('id')),
  )
  const list = statement((bind: Bind<Pick<ConsentRow, 'user_id'>>) =>
    db
      .selectFrom(tables.consents)
      .select(consentColumns)
      .where('user_id', '=', bind('user_id'))
      .orderBy('created_at')
      .orderBy('id'),
  )
  const listUnderReference = statement((bind: Bind<Pick<ConsentRow, 'user_id' | 'reference_key'>>) =>
    db
      .selectFrom(tables.consents)
      .select(consentColumns)
      .where('user_id', '=', bind('user_id'))
      .where('reference_key', '=', bind('reference_key'))
      .orderBy('created_at')
      .orderBy('id'),
  )
  const replace = <Column extends 'scope' | 'claims' | 'updated_at'>(...columns: readonly Column[]) =>
    statement((bind: Bind<Pick<ConsentRow, 'id' | Column>>) =>
      db
        .updateTable(tables.consents)
        .set((eb) => ({ ...bindAll(bind as Bind<Pick<ConsentRow, Column>>, columns), version: eb('version', '+', 1) }))
        .where('id', '=', bind('id')),
    )
  const replaceScope = replace('scope', 'updated_at')
  const replaceScopeAndClaims = replace('scope', 'claims', 'updated_at')
  const remove = statement((bind: Bind<{ id: string }>) => db.deleteFrom(tables.consents).where('id', '=', bind('id')))

  const removeAll = statement((bind: Bind<Pick<ConsentRow, 'client_id'>>) =>
    db.deleteFrom(tables.consents).where('client_id', '=', bind('client_id')),
  )

  return {
    find: ({ clientId, userId, referenceId }) =>
      runner.find(
        find,
        { client_id: clientId, user_id: userId, reference_key: referenceKey(referenceId) },
        (row) => row && consentFromRow(row),
      ),
    findById: (id) => runner.find(findById, { id }, (row) => row && consentFromRow(row)),
    list: ({ userId, referenceId }) =>
      referenceId === undefined
        ? runner.list(list, { user_id: userId }, (found) => found.map(consentFromRow))
        : runner.list(listUnderReference, { user_id: userId, reference_key: referenceKey(referenceId) }, (found) =>
            found.map(consentFromRow),
          ),
    remember: (record) => remembering(() => runner.transaction(() => remember(record))),
    replaceScope: ({ id, scope, claims, now }) => {
      const row = { id, scope: scopeToText(scope), updated_at: now }
      const isDone = (changed: number): boolean => changed === 1
      if (claims === undefined) return runner.write(replaceScope, row, isDone)
      return runner.write(replaceScopeAndClaims, { ...row, claims: listToText(claims) }, isDone)
    },
    delete: (id) => runner.write(remove, { id }, (removed) => removed === 1),
    deleteAll: ({ clientId }) => runner.write(removeAll, { client_id: clientId }, (removed) => removed),
  }
}
