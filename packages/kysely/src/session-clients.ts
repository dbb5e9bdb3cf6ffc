import type { SessionClientRecord, SessionClientStore } from '@oauth/core'
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
    // One statement, or a second one where the first finds the id taken: it only moves the end forward.
    note: ({ id, sessionId, clientId, userId, expiresAt }) => {
      const row = { id, session_id: sessionId, client_id: clientId, user_id: userId, expires_at: expiresAt }
      return unlessTaken<void>(
        () => runner.write(insert, row, () => undefined),
        () => runner.write(extend, row, () => undefined),
      )
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
