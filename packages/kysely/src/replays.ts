import type { ReplayStore } from '@oauth/core'
import { replayColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import type { Runner } from './runner.ts'
import type { ReplayRow, Schema } from './schema.ts'
import { type Bind, bindAll, statement } from './statement.ts'

export function replayStore({ db, tables }: Schema, runner: Runner): ReplayStore {
  const insert = statement((bind: Bind<ReplayRow>) =>
    db.insertInto(tables.replays).values(bindAll(bind, replayColumns)),
  )
  return {
    // One statement: the primary key decides.
    claim: ({ id, expiresAt }) =>
      unlessTaken<'won' | 'replayed'>(
        () => runner.write(insert, { id, expires_at: expiresAt }, () => 'won'),
        () => 'replayed',
      ),
  }
}
