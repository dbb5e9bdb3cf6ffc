import type { Awaitable, SessionClientRecord, SessionClientStore } from '@oauth/core'
import { seconds } from './codec.ts'
import { sessionClientColumns } from './columns.ts'
import { unlessTaken } from './errors.ts'
import type { Runner } from './runner.ts'
import type { Schema, SessionClientRow } from './schema.ts'
import { type Bind, bindAll, statement } from './statement.ts'

export function sessionClientStore({ db, tables }: Schema, runner: Runner): SessionClientStore {
  const insert = statement((bind: Bind<SessionClientRow>) =>
    db.insertInto(tables.sessionClients).values(bindAll(bind, sessionClientColumns)),
  )
  /** Moves the end, and only forward. */
  const extend = statement((bind: Bind<Pick<SessionClientRow, 'id' | 'expires_at'>>) =>
    db
      .updateTable(tables.sessionClients)
      .set({ expires_at: bind('expires_at') })
      .where('id', '=', bind('id'))
      .where('expires_at', '<', bind('expires_at')),
  )
  const list = statement((bind: Bind<Pick<SessionClientRow, 'session_id'>>) =>
    db
      .selectFrom(tables.sessionClients)
      .select(sessionClientColumns)
      .where('session_id', '=', bind('session_id'))
      .orderBy('client_id'),
  )
  const take = statement((bind: Bind<Pick<SessionClientRow, 'id'>>) =>
    db.deleteFrom(tables.sessionClients).where('id', '=', bind('id')),
  )

  return {
    // One statement where the id is free. Where it is taken, a second one moves the end, only forward; and where that finds
    // nothing to move, a third one adds the record again, in case a purge has just removed it.
    note: ({ id, sessionId, clientId, userId, expiresAt }) => {
      const row = { id, session_id: sessionId, client_id: clientId, user_id: userId, expires_at: expiresAt }
      const add = (otherwise: () => Awaitable<void>): Awaitable<void> =>
        unlessTaken<void>(() => runner.write(insert, row, () => undefined), otherwise)
      return add(async () => {
        if ((await runner.write(extend, row, (moved) => moved)) === 0) await add(() => undefined)
      })
    },
    list: (sessionId) =>
      runner.list(list, { session_id: sessionId }, (found) => found.map((row) => sessionClientFromRow(row))),
    // One statement: a row is deleted once.
    take: (id) => runner.write(take, { id }, (removed) => removed === 1),
  }
}

function sessionClientFromRow(row: SessionClientRow): SessionClientRecord {
  return {
    id: row.id,
    sessionId: row.session_id,
    clientId: row.client_id,
    userId: row.user_id,
    expiresAt: seconds(row.expires_at),
  }
}
