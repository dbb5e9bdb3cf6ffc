import type { SigningKeyStore } from '@oauth/core'
import { signingKeyFromRow, signingKeyToRow } from './codec.ts'
import { signingKeyColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import type { Runner } from './runner.ts'
import type { Schema, SigningKeyRow } from './schema.ts'
import { type Bind, bindAll, statement } from './statement.ts'

export function signingKeyStore(schema: Schema, runner: Runner): SigningKeyStore {
  const { db, tables } = schema
  const list = statement((_bind: Bind<object>) =>
    db.selectFrom(tables.signingKeys).select(signingKeyColumns).orderBy('algorithm').orderBy('generation'),
  )
  const insert = statement((bind: Bind<SigningKeyRow>) =>
    db.insertInto(tables.signingKeys).values(bindAll(bind, signingKeyColumns)),
  )
  const remove = statement((bind: Bind<{ id: string }>) =>
    db.deleteFrom(tables.signingKeys).where('id', '=', bind('id')),
  )

  return {
    list: () => runner.list(list, {}, (rows) => rows.map(signingKeyFromRow)),
    // One statement: the unique index on algorithm and generation lets only one insert succeed.
    insert: (record) =>
      unlessTaken<'won' | 'exists'>(
        () => runner.write(insert, signingKeyToRow(record), () => 'won'),
        () => 'exists',
      ),
    delete: (id) => runner.write(remove, { id }, () => undefined),
  }
}
